import { localityPattern } from "../../topology";
import type { Locality } from "../intent";
import type { LocalityLbSetting, LocalityShares, OutlierDetection } from "../model";

/** Client's region → region of the workload → percent. */
export type DistributionTable = Readonly<Record<string, LocalityShares>>;

/**
 * When a workload is left out so that its region can fail over. Connections that fail count, a 5xx that the
 * application answers does not; and every workload of a region may be out at once: Envoy's own limit of 10
 * percent would keep two thirds of a dead region in.
 */
export const outlierDefaults: OutlierDetection = {
  consecutiveGatewayErrors: 5,
  consecutive5xxErrors: 0,
  interval: "5s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 100,
  minHealthPercent: 0,
};

/**
 * The table of `{ local, rest: "even" }`. What does not divide goes, one percent each, to the regions that
 * follow in the circle of sorted names: so every row sums to 100, and so does every column, that is, no
 * region is sent more than another. A mesh of one region keeps everything at home.
 */
export function evenTable(regions: readonly string[], local: number): DistributionTable {
  const circle = regions.toSorted();
  const others = circle.length - 1;
  if (others === 0) return Object.fromEntries(circle.map((region) => [region, { [region]: 100 }]));
  const rest = 100 - local;
  const share = Math.floor(rest / others);
  const extras = rest % others;
  return Object.fromEntries(
    circle.map((from, here) => [
      from,
      Object.fromEntries(
        circle.map((to, there) => {
          const distance = (there - here + circle.length) % circle.length;
          return [to, distance === 0 ? local : share + (distance <= extras ? 1 : 0)];
        }),
      ),
    ]),
  );
}

/** What the DestinationRule says for a locality setting in a mesh of those regions. */
export function localityLbSetting(locality: Locality, regions: readonly string[]): LocalityLbSetting {
  if ("failover" in locality) {
    if (locality.failover === "any") return { enabled: true };
    return {
      enabled: true,
      failover: sorted(locality.failover).map(([from, to]) => ({ from, to })),
    };
  }
  const table = "local" in locality ? evenTable(regions, locality.local) : locality.distribute;
  return {
    enabled: true,
    distribute: sorted(table).map(([from, to]) => ({
      from: localityPattern(from),
      to: Object.fromEntries(sorted(to).map(([region, share]) => [localityPattern(region), share])),
    })),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1));
}
