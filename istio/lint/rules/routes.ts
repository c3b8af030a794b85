import { at, items, texts } from "../../rules/fields";
import { destinations, unreachableRoutes, weightsOffWhole } from "../../rules/routes";
import { retriesAfterTimeout } from "../../rules/timeouts";
import type { Located } from "../finding";
import { clusterRule, objectRule, specRule, type LintRule } from "../rule";
import { push } from "../view/labels";
import { fullHost, ruleHost, type Viewed } from "../view/object";
import type { ClusterView, MeshView } from "../view/view";

/** Rules over where requests go. */
export const routeRules: readonly LintRule[] = [
  objectRule({
    code: "GM103",
    title: "Every destination of a route is declared",
    why: "Requests to a host that no Service, ServiceEntry or service of the catalog declares get 503.",
    fix: "Correct the host, or declare it: as a service or external service of the catalog, or a ServiceEntry.",
    severity: "error",
    also: ["IST0101", "KIA1101"],
    kinds: ["VirtualService"],
    find: (one, mesh) =>
      destinations(one.spec)
        .map(([setting, host]) => ({ setting, host: fullHost(host, one) }))
        .filter(({ host }) => isUndeclared(host, mesh))
        .map(({ setting, host }) => ({ setting, value: host, allowed: "a host that is declared" })),
  }),
  objectRule({
    code: "GM104",
    title: "Every host of a DestinationRule is declared",
    why: "A rule for a host that nobody declares does nothing, whatever it seems to say.",
    fix: "Correct the host, or declare it: as a service or external service of the catalog, or a ServiceEntry.",
    severity: "warning",
    also: ["IST0174", "KIA0202"],
    kinds: ["DestinationRule"],
    find: (one, mesh) => {
      const host = ruleHost(one);
      if (host === "" || !isUndeclared(host, mesh)) return [];
      return [{ setting: "spec.host", value: host, allowed: "a host that is declared" }];
    },
  }),
  specRule({
    code: "GM105",
    title: "The weights of a route are percentages that sum to 100",
    why: "Istio takes them as proportions: 80 and 30 is no error and not what it looks like.",
    fix: "Change the weights so that they sum to 100.",
    severity: "warning",
    kinds: ["VirtualService"],
    find: weightsOffWhole,
  }),
  specRule({
    code: "GM106",
    title: "Every rule of a VirtualService can be reached",
    why: "The first rule that matches wins; one after a rule that takes the same, or more, never does anything.",
    fix: "Put the wider rule last, or take the one that is never reached out.",
    severity: "error",
    also: ["IST0130", "IST0131"],
    kinds: ["VirtualService"],
    find: unreachableRoutes,
  }),
  clusterRule({
    code: "GM107",
    title: "One VirtualService says where the requests of a host go inside the mesh",
    why: "Of two for the same host proxies follow the older one and never see the other.",
    fix: "Merge them, bind one to a gateway only, or narrow exportTo so that no proxy sees both.",
    severity: "error",
    also: ["IST0109", "KIA1106"],
    find: sharedHosts,
  }),
  clusterRule({
    code: "GM108",
    title: "One DestinationRule says how clients reach a host, or a subset of it",
    why: "Of two in a namespace istiod takes the traffic policy and each subset of the older one; the other's are lost.",
    fix: "Merge them into one.",
    severity: "warning",
    also: ["KIA0201"],
    find: sharedRules,
  }),
  specRule({
    code: "GM109",
    title: "The timeout of a route leaves time for its retries",
    why: "The timeout is that of the whole request, so retries that would begin after it never happen.",
    fix: "Raise the timeout, shorten perTryTimeout, or ask for fewer attempts.",
    severity: "warning",
    kinds: ["VirtualService"],
    find: retriesAfterTimeout,
  }),
];

/** Whether nobody declares a host, as far as the objects tell. */
function isUndeclared(host: string, { hosts, complete }: MeshView): boolean {
  if (hosts.declares(host)) return false;
  const known = hosts.knowsNamespaceOf(host);
  // Namespaces of others, as istio-system, may hold Services that neither catalog nor files show.
  if (known !== undefined) return known;
  return !host.startsWith("*") && (complete || !hosts.isEmpty);
}

/** The namespaces whose proxies see an object. */
function audience({ spec, namespace }: Viewed): readonly string[] {
  const said = texts(at(spec, "exportTo"));
  return said.length === 0 ? ["*"] : said.map((one) => (one === "." ? namespace : one));
}

function sharedHosts(cluster: ClusterView): readonly Located<Viewed>[] {
  const byHost = new Map<string, Viewed[]>();
  for (const one of cluster.ofKind("VirtualService")) {
    const gateways = texts(at(one.spec, "gateways"));
    if (gateways.length > 0 && !gateways.includes("mesh")) continue;
    for (const host of new Set(texts(at(one.spec, "hosts")))) push(byHost, fullHost(host, one), one);
  }
  return [...byHost].flatMap(([host, all]) =>
    later(all, audience).map((pair) => twice("spec.hosts", host, pair)),
  );
}

function sharedRules(cluster: ClusterView): readonly Located<Viewed>[] {
  const said = new Map<string, Viewed[]>();
  for (const one of cluster.ofKind("DestinationRule")) {
    const host = `${ruleHost(one)} in ${one.namespace}`;
    if (at(one.spec, "trafficPolicy") !== undefined) push(said, `the traffic policy of ${host}`, one);
    for (const { value } of items("", at(one.spec, "subsets"))) {
      push(said, `subset ${String(value["name"])} of ${host}`, one);
    }
  }
  // A rule for some workloads of clients stands beside the one for all.
  const clients = ({ spec }: Viewed): readonly string[] => [
    JSON.stringify(at(spec, "workloadSelector") ?? null),
  ];
  return [...said].flatMap(([what, all]) =>
    later(all, clients).map((pair) => twice("spec.host", what, pair)),
  );
}

interface Pair {
  readonly first: Viewed;
  readonly second: Viewed;
}

/** Every object for which there was one before with a common audience. `*` is everybody. */
function later(all: readonly Viewed[], audienceOf: (one: Viewed) => readonly string[]): readonly Pair[] {
  if (all.length < 2) return [];
  const seen = new Map<string, Viewed>();
  return all.flatMap((second) => {
    const audience = audienceOf(second);
    const first = audience.includes("*")
      ? [...seen.values()].at(0)
      : [...audience, "*"].map((one) => seen.get(one)).find((one) => one !== undefined);
    for (const one of audience) if (!seen.has(one)) seen.set(one, second);
    return first === undefined ? [] : [{ first, second }];
  });
}

function twice(setting: string, what: string, { first, second }: Pair): Located<Viewed> {
  return {
    at: second,
    setting,
    value: what,
    allowed: `what no other object says; ${first.kind} ${first.namespace}/${first.name} does`,
  };
}
