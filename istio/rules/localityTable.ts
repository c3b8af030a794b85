import { localitySettings } from "./balancing";
import type { Finding } from "./fault";
import { isFields, items, list } from "./fields";

/** The region of a pattern of a locality table: `eastus` of `eastus/*`. */
function regionOf(pattern: string): string {
  return pattern.split("/")[0] ?? pattern;
}

/**
 * Regions that a distribution leaves out: as a target, and then nothing is sent to it, or as the place of a client,
 * and then its clients follow another rule than all others.
 */
export function regionsLeftOut(spec: unknown, regions: readonly string[]): readonly Finding[] {
  return distributions(spec).flatMap(({ setting, rows }) => {
    const named = rows.map(({ from }) => from);
    const clients = missing(named, regions).map((region) => ({
      setting,
      value: named,
      allowed: `a row for every region: ${region} has none`,
    }));
    const targets = rows.flatMap((row) =>
      missing(Object.keys(row.to), regions).map((region) => ({
        setting: `${row.setting}.to`,
        value: row.to,
        allowed: `a share for every region: ${region} has none`,
      })),
    );
    return [...clients, ...targets];
  });
}

/** Regions of a distribution or a failover that the mesh does not have. */
export function strangeRegions(spec: unknown, regions: readonly string[]): readonly Finding[] {
  const rows = distributions(spec).flatMap((table) =>
    table.rows.flatMap((row) =>
      [row.from, ...Object.keys(row.to)].map((name) => [row.setting, name] as const),
    ),
  );
  const failovers = localitySettings(spec).flatMap(({ setting, value }) =>
    items(`${setting}.failover`, value["failover"]).flatMap((row) =>
      [row.value["from"], row.value["to"]].map((name) => [row.setting, String(name)] as const),
    ),
  );
  return [...rows, ...failovers]
    .filter(([, name]) => name !== "*" && !regions.includes(regionOf(name)))
    .map(([setting, name]) => ({
      setting,
      value: name,
      allowed: `a region of the mesh: ${regions.join(", ")}`,
    }));
}

/** Distributions without outlier detection, in which a failing region keeps its share. */
export function distributionWithoutDetection(spec: unknown): readonly Finding[] {
  return localitySettings(spec)
    .filter(({ value, policy }) => list(value["distribute"]).length > 0 && !detects(policy))
    .map(({ policy }) => ({
      setting: `${policy.setting}.outlierDetection`,
      value: undefined,
      allowed: "outlier detection, by which a region whose workloads fail loses its share",
    }));
}

type Policy = ReturnType<typeof localitySettings>[number]["policy"];

function detects({ value, inherits }: Policy): boolean {
  return isFields(value["outlierDetection"]) || isFields(inherits?.value["outlierDetection"]);
}

interface Row {
  readonly setting: string;
  readonly from: string;
  readonly to: Readonly<Record<string, unknown>>;
}

function distributions(
  spec: unknown,
): readonly { readonly setting: string; readonly rows: readonly Row[] }[] {
  return localitySettings(spec)
    .map(({ setting, value }) => ({
      setting: `${setting}.distribute`,
      rows: items(`${setting}.distribute`, value["distribute"]).flatMap((row): Row[] => {
        const { from, to } = row.value;
        return typeof from === "string" && isFields(to) ? [{ setting: row.setting, from, to }] : [];
      }),
    }))
    .filter(({ rows }) => rows.length > 0);
}

function missing(patterns: readonly string[], regions: readonly string[]): readonly string[] {
  if (patterns.includes("*")) return [];
  const named = new Set(patterns.map(regionOf));
  return regions.filter((region) => !named.has(region));
}
