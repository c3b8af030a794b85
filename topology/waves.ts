import type { Mesh } from "./region";
import { stayingRegions } from "./peers";

/** The stack of what belongs to no region. */
export const GLOBAL_STACK = "global";

/** Stacks that may be worked on at the same time; a wave starts when the one before it has ended. */
export interface Wave {
  readonly name: "global" | "regions" | "link";
  readonly stacks: readonly string[];
}

/**
 * The order in which a mesh comes up: trust first, then the regions in parallel, then a second pass
 * over the regions that have peers, because a region's first pass may run before a peer has outputs.
 */
export function upWaves(mesh: Mesh): readonly Wave[] {
  const staying = stayingRegions(mesh).map((region) => region.name);
  const waves: Wave[] = [
    { name: "global", stacks: [GLOBAL_STACK] },
    { name: "regions", stacks: mesh.regions.map((region) => region.name) },
  ];
  if (staying.length > 1) waves.push({ name: "link", stacks: staying });
  return waves;
}

/** The order in which a whole mesh goes down: trust goes last, when nothing is signed by it any more. */
export function downWaves(mesh: Mesh): readonly Wave[] {
  return [
    { name: "regions", stacks: mesh.regions.map((region) => region.name) },
    { name: "global", stacks: [GLOBAL_STACK] },
  ];
}
