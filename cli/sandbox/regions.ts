import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { buildMesh, hasIstiod, type Mesh, type RegionTable, type TopologyKind } from "../../topology";

/** The stacks of a project, read from its regions table without the engine. */
export interface ProjectStacks {
  /** The stack of what belongs to no region. */
  readonly global: "global";
  /** Region names; the primary comes first. */
  readonly regions: readonly string[];
  /** Regions that are to be unlinked and destroyed: the setting `leaving`. @default none */
  readonly leaving?: readonly string[];
  /** How the regions stand to each other. */
  readonly mesh: Mesh;
}

/**
 * Regions in the order in which one needs the other: those with an istiod, then remotes of it. One group where all
 * have one.
 */
export function byControlPlane(mesh: Mesh, regions: readonly string[]): readonly (readonly string[])[] {
  const remotes = mesh.regions.filter((region) => !hasIstiod(region)).map(({ name }) => name);
  return [
    regions.filter((name) => !remotes.includes(name)),
    regions.filter((name) => remotes.includes(name)),
  ].filter((group) => group.length > 0);
}

/** Whether a project's mesh is Istio's; workloads of the catalog run behind its proxies only. */
export function runsIstio(programFolder: string): boolean {
  const file = path.join(programFolder, "Pulumi.yaml");
  const project = parse(readFileSync(file, "utf8")) as { config?: Record<string, { default?: unknown }> };
  return (project.config?.["global-mesh:meshKind"]?.default ?? "istio") === "istio";
}

/**
 * Reads the regions table out of `Pulumi.yaml`. Settings of the program are checked by the program itself;
 * this asks only for what decides which stacks there are.
 */
export function projectStacks(programFolder: string): ProjectStacks {
  const file = path.join(programFolder, "Pulumi.yaml");
  const project = parse(readFileSync(file, "utf8")) as { config?: Record<string, { default?: unknown }> };
  const table = project.config?.["global-mesh:regions"]?.default;
  if (typeof table !== "object" || table === null || Object.keys(table).length === 0) {
    throw new Error(
      `${file}: config "global-mesh:regions" has no default; it must be a table with a region each.`,
    );
  }
  const primary = project.config?.["global-mesh:primary"]?.default;
  const said = project.config?.["global-mesh:leaving"]?.default;
  const leaving = Array.isArray(said) ? said.filter((name) => typeof name === "string") : [];
  const regions = Object.keys(table);
  const topology = (project.config?.["global-mesh:topology"]?.default ?? "flat") as TopologyKind;
  return {
    global: "global",
    regions: regions.toSorted((a, b) => Number(b === primary) - Number(a === primary)),
    leaving,
    mesh: buildMesh({ topology, regions: table as RegionTable, primary: String(primary), leaving }),
  };
}
