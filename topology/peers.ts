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
 * The regions that a region has something to do with: every other one that stays.
 * A leaving region still stands, but links to nobody, as nobody links to it.
 */
export function peersOf(mesh: Mesh, name: string): readonly Region[] {
  if (regionOf(mesh, name).leaving) return [];
  return stayingRegions(mesh).filter((region) => region.name !== name);
}

/** Whether a region has an istiod, which reads the region itself and all peers. */
export function hasIstiod(region: Region): boolean {
  return region.controlPlane === region.name;
}

/** Every link of the mesh, by which an istiod reads a cluster: N×(N−1) for N staying regions with an istiod each. */
export function linksOf(mesh: Mesh): readonly Link[] {
  return mesh.regions
    .filter(hasIstiod)
    .flatMap((region) => peersOf(mesh, region.name).map((peer) => ({ from: region.name, to: peer.name })));
}
