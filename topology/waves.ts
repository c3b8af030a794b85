import type { Mesh, Region } from "./region";
import { hasIstiod, stayingRegions } from "./peers";

/** The stack of what belongs to no region. */
export const GLOBAL_STACK = "global";

/** Stacks that may be worked on at the same time; a wave starts when the one before it has ended. */
export interface Wave {
  readonly name: "global" | "primary" | "regions" | "remotes" | "link" | "gateways";
  readonly stacks: readonly string[];
}

/**
 * The order in which a mesh comes up: trust first, then the regions in parallel, then a second pass
 * over the regions that have peers, because a region's first pass may run before a peer has outputs.
 * Remotes need the address of the primary's istiod, and their gateways need it to have read them: so the primary
 * comes before them in both passes.
 */
export function upWaves(mesh: Mesh): readonly Wave[] {
  if (mesh.topology === "primary-remote") return remoteWaves(mesh);
  const staying = stayingRegions(mesh).map((region) => region.name);
  const waves: Wave[] = [
    { name: "global", stacks: [GLOBAL_STACK] },
    { name: "regions", stacks: mesh.regions.map((region) => region.name) },
  ];
  if (staying.length > 1) waves.push({ name: "link", stacks: staying });
  return waves;
}

function remoteWaves(mesh: Mesh): readonly Wave[] {
  const names = (keep: (region: Region) => boolean): string[] =>
    mesh.regions.filter(keep).map((region) => region.name);
  const remotes = names((region) => !hasIstiod(region));
  const waves: Wave[] = [
    { name: "global", stacks: [GLOBAL_STACK] },
    { name: "primary", stacks: names(hasIstiod) },
  ];
  if (remotes.length === 0) return waves;
  return [
    ...waves,
    { name: "remotes", stacks: remotes },
    { name: "link", stacks: names(hasIstiod) },
    { name: "gateways", stacks: names((region) => !hasIstiod(region) && !region.leaving) },
  ];
}

/**
 * The order in which a whole mesh goes down: remotes before the primary that runs their proxies, and trust last,
 * when nothing is signed by it any more.
 */
export function downWaves(mesh: Mesh): readonly Wave[] {
  const remotes = mesh.regions.filter((region) => !hasIstiod(region));
  return [
    ...(remotes.length === 0 ? [] : [{ name: "remotes" as const, stacks: remotes.map(({ name }) => name) }]),
    {
      name: remotes.length === 0 ? "regions" : "primary",
      stacks: mesh.regions.filter(hasIstiod).map((region) => region.name),
    },
    { name: "global", stacks: [GLOBAL_STACK] },
  ];
}
