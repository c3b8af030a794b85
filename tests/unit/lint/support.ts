import { readObjects } from "../../../cli/lint/files";
import { lint, type LintCluster, type LintFinding, type LintOptions } from "../../../istio/lint";

/** Regions of the meshes in these tests. */
export const REGIONS = ["eastus", "westeurope"];

/** A cluster that gets the objects of a YAML text. */
export function clusterOf(yaml: string, region = "eastus"): LintCluster {
  return { name: `${region}-cluster`, region, objects: readObjects(yaml, `${region}.yaml`) };
}

/** What linting the objects of a YAML text finds. */
export function findings(yaml: string, options: LintOptions = {}): readonly LintFinding[] {
  return lint([clusterOf(yaml)], { regions: REGIONS, ...options }).findings;
}

/** Codes of findings, each once. */
export function codes(found: readonly LintFinding[]): readonly string[] {
  return [...new Set(found.map(({ code }) => code))].toSorted();
}
