import type { IstioObject } from "../model";
import { GATEWAYS, type ChartValues, type GatewayKey } from "../values";
import type { Fault } from "./fault";
import { at, hasUnknown, items, list } from "./fields";

/** Ports of a gateway's Service where the values name none, as the chart has them. */
const CHART_PORTS: readonly unknown[] = [15021, 80, 443];

/**
 * Ports that a Gateway of the catalog opens on the region's own pods and that their Service does not have (IST0162):
 * the proxy listens there, and no client gets through to it.
 */
export function checkGatewayPorts(objects: readonly IstioObject[], values: ChartValues): readonly Fault[] {
  return (Object.keys(GATEWAYS) as GatewayKey[]).flatMap((key) => {
    const said = at(values[key], "service", "ports");
    if (hasUnknown(said)) return [];
    const ports = said === undefined ? CHART_PORTS : list(said).map((one) => at(one, "port"));
    return objects
      .filter(({ kind, spec }) => kind === "Gateway" && at(spec, "selector", "istio") === GATEWAYS[key].label)
      .flatMap(({ metadata: { namespace, name }, spec }) =>
        items("servers", at(spec, "servers"))
          .map(({ value }) => at(value, "port", "number"))
          .filter((port) => !ports.includes(port))
          .map((port) => ({
            setting: `global-mesh:values.${key}.service.ports`,
            value: ports,
            allowed: `a list with ${String(port)}, which Gateway ${namespace}/${name} serves`,
            fix: "Add the port to the gateway's Service, or serve the hosts on one that it has",
          })),
      );
  });
}
