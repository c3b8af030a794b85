import { regionOf } from "../../topology";
import { type Fault, show } from "../faults";
import type { RegionSettings } from "../settings";

/**
 * What a region says and another one's istiod decides. One stack does not know the others' files, so this is for who
 * has read them all.
 */
export function checkBetween(
  project: string,
  region: RegionSettings,
  all: readonly RegionSettings[],
): readonly Fault[] {
  const { controlPlane } = regionOf(region.mesh, region.stack);
  const primary = all.find(({ stack }) => stack === controlPlane);
  if (primary === undefined || region.outboundTrafficPolicy === primary.outboundTrafficPolicy) return [];
  return [
    {
      setting: `${project}:outboundTrafficPolicy`,
      got: show(region.outboundTrafficPolicy),
      allowed: `${primary.outboundTrafficPolicy}, as ${controlPlane} has it: its istiod tells the proxies of ${region.stack}`,
      fix: "write it once for all regions, in Pulumi.yaml",
    },
  ];
}
