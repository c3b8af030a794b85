import { asksForToken } from "./authorization";
import type { Finding } from "./fault";
import { at, hasUnknown, isAbsent, isFields, isUnknown, list } from "./fields";
import { isInMesh } from "./identity";
import { podTemplate } from "./kubernetes/pods";
import { guessedPorts } from "./kubernetes/services";
import { definedSubsets, usedSubsets } from "./objects";

/** An object among all those that a program makes. */
export interface SetObject {
  readonly kind: string;
  /** What a message calls it. */
  readonly label: string;
  /** The object as it is applied. */
  readonly object: unknown;
}

const ROOT_NAMESPACE = "istio-system";

const namespaceOf = ({ object }: SetObject): unknown => at(object, "metadata", "namespace");
const specOf = ({ object }: SetObject): unknown => at(object, "spec");
const ofKind = (set: readonly SetObject[], kind: string): readonly SetObject[] =>
  set.filter((one) => one.kind === kind);

/** Finding of one object, told by name. */
function of({ label }: SetObject, { setting, ...rest }: Finding): Finding {
  return { setting: `${label}: ${setting}`, ...rest };
}

/** Namespaces with proxies, by name. */
function meshNamespaces(set: readonly SetObject[]): ReadonlyMap<string, SetObject> {
  return new Map(
    ofKind(set, "Namespace").flatMap((namespace): [string, SetObject][] => {
      const name = at(namespace.object, "metadata", "name");
      const labels = at(namespace.object, "metadata", "labels");
      return typeof name === "string" && isInMesh(labels) ? [[name, namespace]] : [];
    }),
  );
}

/**
 * Whether another cluster's istiod runs the proxies of this one, as the root namespace says to that istiod. It reads
 * policy from its own cluster, so that none is here is as it should be.
 */
function isRemote(set: readonly SetObject[]): boolean {
  return ofKind(set, "Namespace").some(
    ({ object }) =>
      at(object, "metadata", "name") === ROOT_NAMESPACE &&
      !isAbsent(at(object, "metadata", "annotations", "topology.istio.io/controlPlaneClusters")),
  );
}

/** Namespaces with proxies of which no policy, their own or the mesh's, says what their workloads accept. */
export function namespacesWithoutMode(set: readonly SetObject[]): readonly Finding[] {
  const said = new Set(ofKind(set, "PeerAuthentication").filter(saysMode).map(namespaceOf));
  if (said.has(ROOT_NAMESPACE) || [...said].some(isUnknown) || isRemote(set)) return [];
  return [...meshNamespaces(set)]
    .filter(([name]) => !said.has(name))
    .map(([name, namespace]) =>
      of(namespace, {
        setting: "PeerAuthentication",
        value: undefined,
        allowed: `one with mtls.mode STRICT in ${name}, or in ${ROOT_NAMESPACE} for the mesh`,
      }),
    );
}

/** Which mode it says is judged on the policy itself. */
function saysMode(policy: SetObject): boolean {
  const mode = at(policy.object, "spec", "mtls", "mode");
  const selector = at(policy.object, "spec", "selector");
  return (typeof mode === "string" || isUnknown(mode)) && mode !== "UNSET" && isEmpty(selector);
}

/** Workloads with a proxy that no AuthorizationPolicy selects, so that every workload of the mesh may call them. */
export function workloadsWithoutPolicy(set: readonly SetObject[]): readonly Finding[] {
  const policies = ofKind(set, "AuthorizationPolicy");
  const inMesh = meshNamespaces(set);
  if (isRemote(set)) return [];
  return set.flatMap((one) => {
    const namespace = namespaceOf(one);
    const labels = workloadLabels(one);
    if (typeof namespace !== "string" || labels === undefined || hasUnknown(labels)) return [];
    if (one.kind !== "ServiceEntry" && !inMesh.has(namespace)) return [];
    if (policies.some((policy) => selects(policy, namespace, labels))) return [];
    return [
      of(one, {
        setting: "AuthorizationPolicy",
        value: undefined,
        allowed: `one in ${namespace} that selects ${JSON.stringify(labels)}, or selects nothing and so all`,
      }),
    ];
  });
}

/** Labels of the pods that an object makes or selects; undefined where it has none with a sidecar. */
function workloadLabels({ kind, object }: SetObject): unknown {
  if (kind === "ServiceEntry") return at(object, "spec", "workloadSelector", "labels");
  if (podTemplate(kind, object) === undefined) return undefined;
  const metadata = kind === "Pod" ? at(object, "metadata") : at(object, "spec", "template", "metadata");
  const inject = [at(metadata, "labels"), at(metadata, "annotations")].map((part) =>
    at(part, "sidecar.istio.io/inject"),
  );
  const isGateway = at(metadata, "annotations", "inject.istio.io/templates") === "gateway";
  return inject.includes("false") || isGateway ? undefined : (at(metadata, "labels") ?? {});
}

function selects(policy: SetObject, namespace: string, labels: unknown): boolean {
  const own = namespaceOf(policy);
  if (own !== namespace && own !== ROOT_NAMESPACE && !isUnknown(own)) return false;
  const spec = specOf(policy);
  // A policy for a gateway or a waypoint names what it is for otherwise.
  if (hasUnknown(at(spec, "selector")) || list(at(spec, "targetRefs")).length > 0) return true;
  const wanted = at(spec, "selector", "matchLabels");
  if (!isFields(wanted)) return true;
  return Object.entries(wanted).every(([key, value]) => at(labels, key) === value);
}

/** RequestAuthentications beside which nothing asks for a token: who brings none is let in. */
export function optionalTokens(set: readonly SetObject[]): readonly Finding[] {
  const asking = ofKind(set, "AuthorizationPolicy").filter((policy) => asksForToken(specOf(policy)));
  return ofKind(set, "RequestAuthentication").flatMap((authentication) => {
    const namespace = namespaceOf(authentication);
    const spec = specOf(authentication);
    if (typeof namespace !== "string" || hasUnknown(spec)) return [];
    if (list(at(spec, "jwtRules")).length === 0) return [];
    const labels = at(spec, "selector", "matchLabels");
    const isAsked = asking.some(
      (policy) => isEmpty(labels) || namespace === ROOT_NAMESPACE || selects(policy, namespace, labels),
    );
    if (isAsked) return [];
    return [
      of(authentication, {
        setting: "AuthorizationPolicy",
        value: undefined,
        allowed: `one in ${namespace} whose rules name requestPrincipals, or that denies notRequestPrincipals ["*"]`,
      }),
    ];
  });
}

/** Subsets that routes use, of hosts whose DestinationRules are all here and define no such subset. */
export function missingSubsets(set: readonly SetObject[]): readonly Finding[] {
  const rules = ofKind(set, "DestinationRule").filter((rule) => !hasUnknown(at(rule.object, "spec", "host")));
  const open = new Set(rules.filter((rule) => hasUnknown(at(rule.object, "spec", "subsets"))).map(hostOf));
  const hosts = new Set(rules.map(hostOf));
  const defined = new Set(
    rules.flatMap((rule) => definedSubsets(specOf(rule)).map((subset) => fullSubset(subset, rule))),
  );
  return ofKind(set, "VirtualService").flatMap((service) =>
    usedSubsets(specOf(service)).flatMap((subset) => {
      const full = fullSubset(subset, service);
      const host = full.split(" ")[0] ?? "";
      if (!hosts.has(host) || open.has(host) || defined.has(full)) return [];
      const known = [...defined].filter((one) => one.startsWith(`${host} `)).map((one) => one.split(" ")[1]);
      return [
        of(service, {
          setting: "subset",
          value: subset,
          allowed: `what the DestinationRule of ${host} defines: ${known.toSorted().join(", ") || "none"}`,
        }),
      ];
    }),
  );
}

const hostOf = (rule: SetObject): string => fullHost(String(at(rule.object, "spec", "host")), rule);

function fullSubset(subset: string, user: SetObject): string {
  const [host = "", name = ""] = subset.split(" ");
  return `${fullHost(host, user)} ${name}`;
}

/** A short host means the Service of the object's own namespace. */
function fullHost(host: string, user: SetObject): string {
  return host.includes(".") ? host : `${host}.${String(namespaceOf(user))}.svc.cluster.local`;
}

/** Policies in namespaces without proxies, which nothing there enforces (IST0102). */
export function policiesWithoutProxies(set: readonly SetObject[]): readonly Finding[] {
  const policies = ["PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "Sidecar"];
  const bare = new Set(
    ofKind(set, "Namespace").flatMap(({ object }) => {
      const [name, labels] = [at(object, "metadata", "name"), at(object, "metadata", "labels")];
      const isBare = typeof name === "string" && name !== ROOT_NAMESPACE && !hasUnknown(labels);
      return isBare && !isInMesh(labels) ? [name] : [];
    }),
  );
  // A pod may ask for a proxy by a label of its own, as a chart's gateway does.
  for (const one of set) {
    const isRelease = one.kind === "Release";
    const home = isRelease ? at(one.object, "namespace") : namespaceOf(one);
    if (isUnknown(home)) return [];
    if (isRelease || podTemplate(one.kind, one.object) !== undefined) bare.delete(String(home));
  }
  return set
    .filter((one) => policies.includes(one.kind) && bare.has(String(namespaceOf(one))))
    .map((one) =>
      of(one, {
        setting: "metadata.namespace",
        value: namespaceOf(one),
        allowed:
          "a namespace with the label istio-injection: enabled, istio.io/rev or istio.io/dataplane-mode",
      }),
    );
}

/** Ports of Services among proxies whose protocol is guessed. */
export function guessedMeshPorts(set: readonly SetObject[]): readonly Finding[] {
  const inMesh = meshNamespaces(set);
  return ofKind(set, "Service")
    .filter((service) => inMesh.has(String(namespaceOf(service))))
    .flatMap((service) => guessedPorts(specOf(service)).map((finding) => of(service, finding)));
}

function isEmpty(value: unknown): boolean {
  return isAbsent(value) || (isFields(value) && Object.keys(value).length === 0);
}
