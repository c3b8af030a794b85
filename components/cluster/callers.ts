import { readersOf, type Mesh, type Region } from "../../topology";
import type { LinkedPeer } from "../link/peers";

/** What decides who calls a region's API server. */
export interface CallersQuestion {
  readonly mesh: Mesh;
  readonly region: Region;
  readonly linked: readonly Pick<LinkedPeer, "region" | "egressAddresses" | "kialiCredential">[];
  /** Whether the region has a Kiali, and so a credential for those of its peers. */
  readonly kiali: boolean;
}

/** Addresses from which linked peers call a region's API server: those whose istiod reads it, or whose Kiali may. */
export function callersOf({ mesh, region, linked, kiali }: CallersQuestion): readonly string[] {
  const readers = readersOf(mesh, region.name).map(({ name }) => name);
  return linked
    .filter((peer) => readers.includes(peer.region) || (kiali && peer.kialiCredential !== undefined))
    .flatMap(({ egressAddresses }) => egressAddresses);
}
