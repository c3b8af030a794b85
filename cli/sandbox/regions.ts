import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** The stacks of a project, read from its regions table without the engine. */
export interface ProjectStacks {
  /** The stack of what belongs to no region. */
  readonly global: "global";
  /** Region names; the primary comes first. */
  readonly regions: readonly string[];
  /** Regions that are to be unlinked and destroyed: the setting `leaving`. @default none */
  readonly leaving?: readonly string[];
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
  const leaving = project.config?.["global-mesh:leaving"]?.default;
  const regions = Object.keys(table);
  return {
    global: "global",
    regions: regions.toSorted((a, b) => Number(b === primary) - Number(a === primary)),
    leaving: Array.isArray(leaving) ? leaving.filter((name) => typeof name === "string") : [],
  };
}
