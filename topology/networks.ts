import { hasIstiod, peersOf } from "./peers";
import { regionOf, type Mesh, type Region } from "./region";

/** Peers whose pods are reached directly, over peered virtual networks. */
export function routedPeers(mesh: Mesh, name: string): readonly Region[] {
  const { network } = regionOf(mesh, name);
  return peersOf(mesh, name).filter((peer) => peer.network === network);
}

/**
 * Whether a region has an east-west gateway. Where networks differ, each side of them has one; the primary of a
 * primary-remote mesh has one in any case, since the remotes reach its istiod by it.
 */
export function hasEastWestGateway(mesh: Mesh, name: string): boolean {
  switch (mesh.topology) {
    case "flat":
      return false;
    case "multi-network":
      return true;
    case "primary-remote":
      return exposesIstiod(mesh, name) || new Set(mesh.regions.map(({ network }) => network)).size > 1;
  }
}

/** Whether remotes reach a region's istiod through its east-west gateway. */
export function exposesIstiod(mesh: Mesh, name: string): boolean {
  return mesh.topology === "primary-remote" && regionOf(mesh, name).primary;
}

/** Peers that come in by a region's east-west gateway: those of other networks, and remotes to their istiod. */
export function eastWestPeers(mesh: Mesh, name: string): readonly Region[] {
  if (!hasEastWestGateway(mesh, name)) return [];
  const { network } = regionOf(mesh, name);
  return peersOf(mesh, name).filter((peer) => peer.network !== network || peer.controlPlane === name);
}

/** Peers whose istiod reads a region's API server. */
export function readersOf(mesh: Mesh, name: string): readonly Region[] {
  return peersOf(mesh, name).filter(hasIstiod);
}

/** Whether a region hands out a credential by which others may read it; nobody reads the primary of remotes. */
export function isRead(mesh: Mesh, name: string): boolean {
  return mesh.topology !== "primary-remote" || !regionOf(mesh, name).primary;
}

/** The regions whose proxies take their policy from a region's API server; none for a remote. */
export function governedBy(mesh: Mesh, name: string): readonly Region[] {
  return mesh.regions.filter(({ controlPlane }) => controlPlane === name);
}
