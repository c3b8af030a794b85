import type { DistributedLocality, EvenLocality, FailoverLocality, Locality } from "../intent";
import type { Fault } from "./fault";
import { checkShares, isPercent, WHOLE } from "./shares";

/** Faults of a locality setting in a mesh of those regions. */
export function checkLocality(
  setting: string,
  locality: Locality,
  regions: readonly string[],
): readonly Fault[] {
  const forms = ["local", "distribute", "failover"].filter((form) => form in locality);
  if (forms.length !== 1) {
    return [
      {
        setting,
        value: locality,
        allowed: "exactly one of local with rest, distribute, or failover",
        fix:
          forms.length === 0 ? "Choose one" : `Keep one of ${forms.join(", ")}: istiod refuses them together`,
      },
    ];
  }
  if ("local" in locality) return checkEven(setting, locality, regions);
  if ("distribute" in locality) return checkTable(setting, locality, regions);
  return checkFailover(setting, locality, regions);
}

/** Largest share at home that leaves at least 1 percent for every other region. */
export function mostLocal(regions: readonly string[]): number {
  return WHOLE - (regions.length - 1);
}

function checkEven(setting: string, locality: EvenLocality, regions: readonly string[]): readonly Fault[] {
  const most = mostLocal(regions);
  if (isPercent(locality.local, 1) && locality.local <= most) return [];
  return [
    {
      setting: `${setting}.local`,
      value: locality.local,
      allowed: `a whole number from 1 to ${most}, so that each of the ${regions.length} regions gets at least 1`,
      fix: 'Change the share, or use failover: "any" to keep everything at home',
    },
  ];
}

function checkTable(
  setting: string,
  { distribute }: DistributedLocality,
  regions: readonly string[],
): readonly Fault[] {
  return [
    ...checkRegions(`${setting}.distribute`, Object.keys(distribute), regions),
    ...Object.entries(distribute).flatMap(([from, to]) => [
      ...checkRegions(`${setting}.distribute.${from}`, Object.keys(to), regions),
      ...checkShares(`${setting}.distribute.${from}`, to, 1),
    ]),
  ];
}

function checkFailover(
  setting: string,
  { failover }: FailoverLocality,
  regions: readonly string[],
): readonly Fault[] {
  if (failover === "any") return [];
  return Object.entries(failover).flatMap(([from, to]) => [
    ...[from, to]
      .filter((name) => !regions.includes(name))
      .map((name) => unknownRegion(setting, name, regions)),
    ...(from === to
      ? [
          {
            setting: `${setting}.failover.${from}`,
            value: to,
            allowed: "another region",
            fix: "Name the region that takes over",
          },
        ]
      : []),
  ]);
}

function checkRegions(
  setting: string,
  named: readonly string[],
  regions: readonly string[],
): readonly Fault[] {
  const missing = regions.filter((region) => !named.includes(region));
  return [
    ...named.filter((name) => !regions.includes(name)).map((name) => unknownRegion(setting, name, regions)),
    ...(missing.length === 0
      ? []
      : [
          {
            setting,
            value: named,
            allowed: `every region of the mesh: ${regions.join(", ")}`,
            fix: `Add ${missing.join(", ")}: Istio sends nothing to a region that a table leaves out`,
          },
        ]),
  ];
}

function unknownRegion(setting: string, name: string, regions: readonly string[]): Fault {
  return {
    setting,
    value: name,
    allowed: `a region of the mesh: ${regions.join(", ")}`,
    fix: "Correct the name or add the region to the regions table",
  };
}
