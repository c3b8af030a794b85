import type { Finding } from "../../rules/fault";
import { at, items, texts } from "../../rules/fields";
import { everyHost, isEastWest, openPassthrough } from "../../rules/gateway";
import type { Located } from "../finding";
import { clusterRule, specRule, type LintRule } from "../rule";
import { labelsOf } from "../view/labels";
import type { Viewed } from "../view/object";
import type { ClusterView, MeshView } from "../view/view";

/** Rules over what comes in through gateways. */
export const gatewayRules: readonly LintRule[] = [
  clusterRule({
    code: "GM301",
    title: "One Gateway answers for a host on a port",
    why: "Of two for the same host, port and workloads istiod takes one and drops the other's servers.",
    fix: "Take the host out of one of them, or merge them.",
    severity: "error",
    also: ["IST0145", "KIA0301"],
    find: claimedTwice,
  }),
  specRule({
    code: "GM302",
    title: "A Gateway names the hosts that it serves",
    why: "With * every VirtualService of every namespace can put itself behind the gateway's address.",
    fix: "Name the hosts, or *.domain; only an east-west gateway takes every host.",
    severity: "error",
    kinds: ["Gateway"],
    find: (spec) => (isEastWest(spec) ? [] : everyHost(spec)),
  }),
  specRule({
    code: "GM303",
    title: "Only east-west gateways pass connections on by their SNI alone",
    why: "AUTO_PASSTHROUGH opens every Service of the mesh to whoever reaches the gateway.",
    fix: "Use it with the workloads of an east-west gateway only; elsewhere end TLS, or use PASSTHROUGH with routes.",
    severity: "error",
    kinds: ["Gateway"],
    find: (spec) => (isEastWest(spec) ? [] : openPassthrough(spec)),
  }),
  clusterRule({
    code: "GM304",
    title: "A VirtualService names Gateways that exist",
    why: "Routes that are bound to no Gateway are served nowhere: clients get 404.",
    fix: "Correct the name: namespace/name, or the name of a Gateway beside the VirtualService.",
    severity: "error",
    also: ["IST0101", "KIA1102"],
    find: (cluster, mesh) =>
      overGateways(cluster, mesh, ({ name, served }) =>
        served === undefined
          ? [{ setting: "spec.gateways", value: name, allowed: "a Gateway of the cluster, or mesh" }]
          : [],
      ),
  }),
  clusterRule({
    code: "GM305",
    title: "The hosts of a VirtualService are among those of its Gateways",
    why: "A gateway serves only the hosts that its servers name, so these routes are never used there.",
    fix: "Add the host to a server of the Gateway, or take it out of the VirtualService.",
    severity: "warning",
    also: ["IST0132"],
    find: (cluster, mesh) => overGateways(cluster, mesh, unservedHosts),
  }),
];

function claimedTwice(cluster: ClusterView): readonly Located<Viewed>[] {
  const claims = new Map<string, Viewed>();
  return cluster.ofKind("Gateway").flatMap((one) => {
    const selector = JSON.stringify(Object.entries(labelsOf(at(one.spec, "selector"))).toSorted());
    return items("spec.servers", at(one.spec, "servers")).flatMap(({ setting, value }) =>
      texts(value["hosts"]).flatMap((host) => {
        const bind = typeof value["bind"] === "string" ? value["bind"] : "";
        const claim = [selector, String(at(value, "port", "number")), bind, host].join(" ");
        const first = claims.get(claim);
        if (first === undefined) claims.set(claim, one);
        if (first === undefined || isTcp(value)) return [];
        const by =
          first === one ? "another server of it does" : `Gateway ${first.namespace}/${first.name} does`;
        return [
          {
            at: one,
            setting: `${setting}.hosts`,
            value: host,
            allowed: `what nobody else answers for; ${by}`,
          },
        ];
      }),
    );
  });
}

/** Connections without a name: what tells them apart is the port alone, and their host is always `*`. */
function isTcp(server: unknown): boolean {
  return String(at(server, "port", "protocol")).toUpperCase() === "TCP";
}

/** Hosts of a Gateway's servers, each with the namespace whose routes may use it; `*` is any. */
interface Served {
  readonly exact: ReadonlySet<string>;
  readonly wildcards: readonly { readonly namespace: string; readonly pattern: string }[];
  readonly all: readonly string[];
}

interface BoundGateway {
  readonly name: string;
  /** Undefined where there is no such Gateway. */
  readonly served: Served | undefined;
  readonly service: Viewed;
}

function overGateways(
  cluster: ClusterView,
  { complete }: MeshView,
  find: (bound: BoundGateway) => readonly Finding[],
): readonly Located<Viewed>[] {
  const gateways = new Map(
    cluster.ofKind("Gateway").map((one) => [`${one.namespace}/${one.name}`, servedBy(one)]),
  );
  if (gateways.size === 0 && !complete) return [];
  return cluster.ofKind("VirtualService").flatMap((service) =>
    texts(at(service.spec, "gateways"))
      .filter((name) => name !== "mesh")
      .flatMap((said) => {
        const name = said.includes("/") ? said : `${service.namespace}/${said}`;
        return find({ name, served: gateways.get(name), service });
      })
      .map((finding) => ({ ...finding, at: service })),
  );
}

function servedBy(gateway: Viewed): Served {
  const all = items("", at(gateway.spec, "servers")).flatMap(({ value }) => texts(value["hosts"]));
  const split = all.map((host) => {
    const [first = "", second] = host.split("/");
    if (second === undefined) return { namespace: "*", pattern: first };
    return { namespace: first === "." ? gateway.namespace : first, pattern: second };
  });
  return {
    all,
    exact: new Set(split.map(({ namespace, pattern }) => `${namespace}/${pattern}`)),
    wildcards: split.filter(({ pattern }) => pattern.startsWith("*")),
  };
}

function unservedHosts({ name, served, service }: BoundGateway): readonly Finding[] {
  // Inside the mesh the same object may serve other hosts.
  if (served === undefined || texts(at(service.spec, "gateways")).includes("mesh")) return [];
  const { exact, wildcards, all } = served;
  const isServed = (host: string): boolean =>
    exact.has(`*/${host}`) ||
    exact.has(`${service.namespace}/${host}`) ||
    wildcards.some(
      ({ namespace, pattern }) =>
        (namespace === "*" || namespace === service.namespace) && host.endsWith(pattern.slice(1)),
    ) ||
    (host.startsWith("*") && all.some((one) => one.endsWith(host.slice(1))));
  return texts(at(service.spec, "hosts"))
    .filter((host) => !isServed(host))
    .map((host) => ({
      setting: "spec.hosts",
      value: host,
      allowed: `hosts that Gateway ${name} serves: ${all.slice(0, 8).join(", ")}`,
    }));
}
