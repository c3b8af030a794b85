import { judged, outcome, unasked, type Fault, type Outcome } from "../check";
import type { ProxySync, RegionFacts, RegionWanted } from "../facts";
import { nobodyAnswers } from "./controlPlane";

/**
 * Whether every ready pod with a sidecar, and every gateway, is connected to an istiod and has taken its last push.
 * @param governor what stands in the region whose istiod runs this one's proxies.
 */
export function judgeProxies(wanted: RegionWanted, facts: RegionFacts, governor: RegionFacts): Outcome {
  return judged(facts.proxyPods, ({ ready, simulated }) =>
    judged(governor.istiods, (istiods) => {
      // That is one fault, of the check controlPlane, and not one of each proxy.
      if (istiods.length === 0) return unasked(nobodyAnswers(wanted.controlPlane));
      const connected = istiods
        .flatMap(({ proxies }) => proxies)
        .filter(({ cluster }) => cluster === wanted.cluster);
      const names = new Set(connected.map(({ proxy }) => proxy));
      const behind = connected.filter((proxy) => typesBehind(proxy).length > 0);
      const faults = [
        ...ready.filter((pod) => !names.has(pod)).map((pod) => unconnected(wanted, pod)),
        ...behind.map((proxy) => stale(wanted, proxy)),
      ];
      const inSync = names.size - new Set(behind.map(({ proxy }) => proxy)).size;
      const aside = simulated === 0 ? "" : `, ${simulated} simulated`;
      return outcome(`${inSync} in sync${aside}`, faults);
    }),
  );
}

function unconnected({ name, controlPlane }: RegionWanted, pod: string): Fault {
  const dot = pod.lastIndexOf(".");
  return {
    what: `proxy ${pod} in ${name}`,
    cause: `its pod is ready, but no istiod of ${controlPlane} knows the proxy: it keeps the configuration that it has`,
    fix: `kubectl -n ${pod.slice(dot + 1)} logs ${pod.slice(0, dot)} -c istio-proxy says what it cannot reach`,
  };
}

/** The types of which a proxy has not taken the last push. One that was never sent is not watched by the proxy. */
function typesBehind({ resources }: ProxySync): readonly string[] {
  return Object.entries(resources)
    .filter(
      ([, { sent = "", acked = "", lastError = "" }]) => sent !== "" && sent !== acked && lastError === "",
    )
    .map(([type]) => type)
    .toSorted();
}

function stale({ name }: RegionWanted, proxy: ProxySync): Fault {
  return {
    what: `proxy ${proxy.proxy} in ${name}`,
    cause: `it has not acknowledged the last push of ${typesBehind(proxy).join(", ")}`,
    fix: "look again in a moment (--wait); a proxy that stays behind is too busy or cut off: its log and its CPU limit tell",
  };
}
