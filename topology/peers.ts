import type { Mesh, Region } from "./region";
import { regionOf } from "./region";

/** One direction of a link: `from` reads the API server of `to`. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

/** The regions that take part in links: all that are not leaving. */
export function stayingRegions(mesh: Mesh): readonly Region[] {
  return mesh.regions.filter((region) => !region.leaving);
}

/**
 * The regions that a region links to: every other one that stays.
 * A leaving region still stands, but links to nobody, as nobody links to it.
 */
export function peersOf(mesh: Mesh, name: string): readonly Region[] {
  if (regionOf(mesh, name).leaving) return [];
  return stayingRegions(mesh).filter((region) => region.name !== name);
}

/** Every link of the mesh: N×(N−1) for N staying regions. */
export function linksOf(mesh: Mesh): readonly Link[] {
  return mesh.regions.flatMap((region) =>
    peersOf(mesh, region.name).map((peer) => ({ from: region.name, to: peer.name })),
  );
}
