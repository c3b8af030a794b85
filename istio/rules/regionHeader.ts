import type { Service } from "../intent";
import { regionalRouteName } from "../traffic/regional";
import { versionsOf } from "../traffic/split";
import type { Fault } from "./fault";
import { checkHeaderName } from "./requestMatch";

/** Headers that requests have without being meant for a region. */
const TAKEN: readonly string[] = ["cookie", "host", "authorization", "user-agent", "accept", "content-type"];

/** Faults of the header by which requests of a service name their region. */
export function checkRegionHeader(
  setting: string,
  service: Service,
  regions: readonly string[],
): readonly Fault[] {
  const { regionHeader, experiments = [], routes = [], faults = [] } = service;
  if (regionHeader === undefined) return [];
  const place = `${setting}.regionHeader`;
  const names = [...experiments, ...routes, ...faults].map(({ name }) => name);
  const both = (what: string, value: readonly string[]): readonly Fault[] =>
    value.length === 0
      ? []
      : [
          {
            setting: place,
            value,
            allowed: `${what} that regionHeader makes none of the same name of`,
            fix: "Rename them, or take regionHeader out",
          },
        ];
  const taken: Fault = {
    setting: place,
    value: regionHeader,
    allowed: "a header that requests have for no other reason",
    fix: "Take one of your own, as x-mesh-region",
  };
  return [
    ...checkHeaderName(place, regionHeader),
    ...(TAKEN.includes(regionHeader) ? [taken] : []),
    // A subset is named like its region, or like its version.
    ...both(
      "versions",
      versionsOf(service).filter((version) => regions.includes(version)),
    ),
    ...both(
      "experiments, routes and faults",
      names.filter((name) => regions.map(regionalRouteName).includes(name)),
    ),
  ];
}
