import type { RouteTarget, Service } from "../../istio/intent";
import { shares, versionsOf } from "../../istio/traffic/split";
import type { RolloutPhases } from "../../topology";

/** Services that have workloads in a region. */
export interface RegionServices {
  readonly region: string;
  readonly services: readonly Service[];
}

/** One version of a service in one region. */
export interface Workload {
  readonly region: string;
  readonly service: Service;
  /** Undefined where the service has no versions. */
  readonly version: string | undefined;
}

/** Which workloads run, and which find no room beside them. */
export interface WorkloadPlan {
  readonly run: readonly Workload[];
  readonly leftOut: readonly Workload[];
}

/** Name of a workload's Deployment. */
export function workloadKey({ service, version }: Pick<Workload, "service" | "version">): string {
  const { namespace, name } = service;
  return `${namespace}/${version === undefined ? name : `${name}-${version}`}`;
}

/**
 * Shares out the places for proxies. First every service once in the first region, then its other versions there that
 * requests go to, so that no request of it finds nobody; then the same in the other regions, one after another; last
 * what no request goes to.
 *
 * @param regions the primary region first.
 * @param places how many sidecars there is room for.
 */
export function planWorkloads(
  regions: readonly RegionServices[],
  rollouts: RolloutPhases,
  places: number,
): WorkloadPlan {
  const all = regions.flatMap(({ region, services }, index) =>
    services.flatMap((service) =>
      ranked(service, rollouts).map(({ version, rank }) => ({
        workload: { region, service, version },
        turn: rank === "unused" ? regions.length * 2 + index : index * 2 + RANKS[rank],
      })),
    ),
  );
  const ordered = all.toSorted((left, right) => left.turn - right.turn).map(({ workload }) => workload);
  const room = Math.max(0, places);
  return { run: ordered.slice(0, room), leftOut: ordered.slice(room) };
}

/** Versions in the order in which they get places; those that no request goes to come after those of all regions. */
const RANKS = { first: 0, further: 1 } as const;
type Rank = keyof typeof RANKS | "unused";

/** The versions of a service with their rank: the one with the largest share is the first. */
function ranked(
  service: Service,
  rollouts: RolloutPhases,
): readonly { readonly version: string | undefined; readonly rank: Rank }[] {
  const versions = versionsOf(service);
  if (versions.length === 0) return [{ version: undefined, rank: "first" }];
  const table = new Map(shares(service, rollouts));
  const byShare = versions.toSorted((left, right) => (table.get(right) ?? 0) - (table.get(left) ?? 0));
  return byShare.map((version, index) => ({
    version,
    rank: index === 0 ? "first" : isUsed(service, version, table) ? "further" : "unused",
  }));
}

/** Whether requests go to a version: by its share, or since a route, an experiment or the mirror names it. */
function isUsed(service: Service, version: string, table: ReadonlyMap<string, number>): boolean {
  const targets: readonly (RouteTarget | undefined)[] = [
    ...(service.routes ?? []).map(({ to }) => to),
    ...(service.experiments ?? []).map(({ to }) => to),
    service.mirror?.to,
  ];
  const names = (to: RouteTarget | undefined): boolean =>
    to !== undefined && !("service" in to) && to.version === version;
  return (table.get(version) ?? 0) > 0 || targets.some(names);
}
