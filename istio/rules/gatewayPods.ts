import type { IstioObject } from "../model";
import { GATEWAYS, type GatewayKey } from "../values";
import type { Fault } from "./fault";

/** The settings that give a region a gateway, and the value that does. */
const SETTINGS = {
  egressGateway: { setting: "global-mesh:egressGateway", value: "always" },
  internalGateway: { setting: "global-mesh:internalGateway", value: true },
} as const satisfies Partial<Record<GatewayKey, { setting: string; value: string | boolean }>>;

/**
 * Gateways of the catalog that would select none of the region's pods, because the region has no such gateway: what
 * goes through them would go nowhere. Pods of another label are the user's own and not looked for.
 */
export function checkGatewayPods(
  objects: readonly IstioObject[],
  gateways: readonly GatewayKey[],
): readonly Fault[] {
  return (["egressGateway", "internalGateway"] as const)
    .filter((key) => !gateways.includes(key))
    .flatMap((key): readonly Fault[] => {
      const { label, release } = GATEWAYS[key];
      const { setting, value } = SETTINGS[key];
      const selecting = objects
        .filter((object) => object.kind === "Gateway" && selectedLabel(object) === label)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      if (selecting.length === 0) return [];
      return [
        {
          setting,
          value: key === "egressGateway" ? "no egress gateway in this region" : false,
          allowed: `${JSON.stringify(value)}, because the catalog gives this region Gateways for ${release}: ${selecting.join(", ")}`,
          fix: `Set it, or leave the entries out that need ${release}`,
        },
      ];
    });
}

function selectedLabel({ spec }: IstioObject): unknown {
  return "selector" in spec && typeof spec.selector === "object" && spec.selector !== null
    ? (spec.selector as Readonly<Record<string, unknown>>)["istio"]
    : undefined;
}
