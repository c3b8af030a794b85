import { failoverWithoutDetection, sharesOffWhole, spreadAndFailover } from "../../../istio/rules/balancing";
import { guessedMeshPorts, missingSubsets } from "../../../istio/rules/objectSet";
import { shortHosts, unreachableRoutes, unsafeRetries, weightsOffWhole } from "../../../istio/rules/routes";
import type { Rule } from "../../rule";
import { setRule, specRule } from "./define";
import { analyzer, istio, kiali } from "./sources";

const VIRTUAL_SERVICE = istio("VirtualService", "reference/config/networking/virtual-service/");
const DESTINATION_RULE = istio("DestinationRule", "reference/config/networking/destination-rule/");
const FAILOVER = istio(
  "Locality load balancing",
  "tasks/traffic-management/locality-load-balancing/failover/",
);

/** Rules over where requests go. */
export const trafficRules: readonly Rule[] = [
  specRule({
    id: "istio-route-weights",
    title: "The weights of a route are percentages that sum to 100",
    why: "Istio takes them as proportions: 80 and 30 is no error and not what it looks like.",
    fix: "Change the weights so that they sum to 100.",
    level: "advisory",
    sources: [VIRTUAL_SERVICE],
    kinds: ["VirtualService"],
    find: weightsOffWhole,
  }),
  specRule({
    id: "istio-route-reachable",
    title: "Every rule of a VirtualService can be reached",
    why: "The first rule that matches wins; one after a rule that takes all, or the same, never does anything.",
    fix: "Put the wider rule last, or take the one that is never reached out.",
    level: "mandatory",
    sources: [analyzer("IST0130"), analyzer("IST0131")],
    kinds: ["VirtualService"],
    find: unreachableRoutes,
  }),
  specRule({
    id: "istio-route-hosts",
    title: "Hosts of routes and destination rules are full names",
    why: "A short name means the Service of the namespace that the object stands in, which may not be the one meant.",
    fix: "Write the host in full, as service.namespace.svc.cluster.local.",
    level: "advisory",
    sources: [VIRTUAL_SERVICE, DESTINATION_RULE],
    kinds: ["VirtualService", "DestinationRule"],
    find: shortHosts,
  }),
  specRule({
    id: "istio-route-retries",
    title: "A request that is no safe repetition is not repeated after a workload worked on it",
    why: "A POST that is sent again after a 5xx or a broken connection may do its work twice.",
    fix: "Set retries.attempts to 0 for these methods, or take the named conditions out of retryOn.",
    level: "advisory",
    sources: [
      VIRTUAL_SERVICE,
      {
        title: "Envoy, x-envoy-retry-on",
        url: "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on",
      },
    ],
    kinds: ["VirtualService"],
    find: unsafeRetries,
  }),
  setRule({
    id: "istio-subset-defined",
    title: "Every subset that a route uses is defined",
    why: "Requests to a subset that no DestinationRule defines fail with 503.",
    fix: "Define the subset in the host's DestinationRule, or correct its name.",
    level: "mandatory",
    sources: [analyzer("IST0101"), kiali("KIA1107", "Subset not found")],
    find: missingSubsets,
  }),
  specRule({
    id: "istio-locality-one-form",
    title: "Locality settings say either a distribution or a failover",
    why: "istiod refuses the two together, which nobody sees before the update.",
    fix: "Keep one of distribute and failover.",
    level: "mandatory",
    sources: [DESTINATION_RULE],
    kinds: ["DestinationRule"],
    find: spreadAndFailover,
  }),
  specRule({
    id: "istio-locality-shares",
    title: "Each row of a distribution sums to 100, and no locality has less than 1",
    why: "istiod refuses any other, which nobody sees before the update.",
    fix: "Change the shares so that each row sums to 100; leave a locality out that shall get nothing.",
    level: "mandatory",
    sources: [DESTINATION_RULE],
    kinds: ["DestinationRule"],
    find: sharesOffWhole,
  }),
  specRule({
    id: "istio-locality-detection",
    title: "Locality failover has outlier detection",
    why: "Without it no workload ever counts as failed, so a dead region keeps its requests.",
    fix: "Add outlierDetection to the same traffic policy.",
    level: "mandatory",
    sources: [FAILOVER, DESTINATION_RULE],
    kinds: ["DestinationRule"],
    find: failoverWithoutDetection,
  }),
  setRule({
    id: "istio-port-protocol",
    title: "Ports of Services among proxies say their protocol",
    why: "istiod otherwise guesses it from the first bytes, and a wrong guess makes routes and policies ineffective.",
    fix: "Begin the port's name with the protocol, as http-api, or set appProtocol.",
    level: "advisory",
    sources: [
      analyzer("IST0118"),
      istio("Protocol selection", "ops/configuration/traffic-management/protocol-selection/"),
    ],
    find: guessedMeshPorts,
  }),
];
