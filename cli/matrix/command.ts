import Table from "cli-table3";
import { meshMatrix, type PolicyMatrix, withoutEffect } from "../../istio/matrix";
import type { Project } from "../project/load";
import type { Colours } from "../ui/colour";

/** Which object goes to which region, over all stack files of a project. */
export function projectMatrix({ regions }: Project): PolicyMatrix {
  return meshMatrix(new Map(regions.map(({ name, compiled }) => [name, compiled.matrix])));
}

/** No line between the rows: there may be thousands. */
const NO_LINES = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/** The matrix as a user reads it, and under it what has no effect. */
export function renderMatrix(matrix: PolicyMatrix, colours: Colours): string {
  const table = new Table({
    head: ["object", ...matrix.clusters],
    style: { head: [], border: [] },
    chars: NO_LINES,
  });
  for (const [key, clusters] of Object.entries(matrix.objects)) {
    const none = clusters.length === 0;
    table.push([
      none ? colours.yellow(key) : key,
      ...matrix.clusters.map((cluster) => (clusters.includes(cluster) ? "yes" : "-")),
    ]);
  }
  const idle = withoutEffect(matrix);
  return [table.toString(), ...idle.map((sentence) => colours.yellow(sentence))].join("\n");
}
