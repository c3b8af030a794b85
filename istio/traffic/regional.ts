import type { Service } from "../intent";
import { serviceHost } from "../intent";
import type { Subset } from "../model";
import type { BuildScope } from "../scope";
import type { DestinationOptions } from "./split";
import type { Rule } from "./routePlan";

/**
 * Label by which the workloads of a region are a subset. istiod gives it to every endpoint, from the locality of its node.
 * `topology.istio.io/cluster`, which it gives too, is empty for `istioctl analyze`: such a subset would be an error there.
 */
const REGION_LABEL = "topology.kubernetes.io/region";

/** What a regional route says of the requests that it takes. */
type RegionalRule = Pick<Rule, "names" | "route" | "response"> & {
  readonly header: string;
  readonly region: string;
};

/** Name of the route for a region, which is also that of its entry. */
export function regionalRouteName(region: string): string {
  return `region-${region}`;
}

/** The region of a subset as the ones below are; none of any other subset. */
export function regionOfSubset({ name, labels }: Subset): string | undefined {
  const [[key, region] = [], ...more] = Object.entries(labels);
  return key === REGION_LABEL && region === name && more.length === 0 ? region : undefined;
}

/** One subset for each region where requests may name their region; none elsewhere. */
export function regionalSubsets(
  { regionHeader }: Service,
  { regions }: Pick<BuildScope, "regions">,
): readonly Subset[] {
  if (regionHeader === undefined) return [];
  return regions.toSorted().map((region) => ({ name: region, labels: { [REGION_LABEL]: region } }));
}

/** One route for each region; its answers say the region, so that whoever asked knows that no other route took them. */
export function regionalRoutes(
  service: Service,
  { regions }: Pick<BuildScope, "regions">,
  { withPort }: DestinationOptions,
): readonly RegionalRule[] {
  const { regionHeader: header, port } = service;
  if (header === undefined) return [];
  return regions.toSorted().map((region) => ({
    names: [regionalRouteName(region)],
    header,
    region,
    route: [
      {
        destination: {
          host: serviceHost(service),
          subset: region,
          ...(withPort ? { port: { number: port } } : {}),
        },
        weight: 100,
      },
    ],
    response: { [header]: region },
  }));
}
