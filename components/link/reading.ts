import * as pulumi from "@pulumi/pulumi";
import { hasIstiod, peersOf, regionOf, type Mesh } from "../../topology";
import { readStack } from "../internal/stack";
import { checkStanding } from "../internal/standing";
import { judgePeer, linkedBefore, pendingWarning, type Peer } from "./peers";

/**
 * Reads all peers of a region, before any resource is registered: which remote secrets exist follows from it.
 * A pending peer is a warning, a peer that cannot be read fails the update. Which peers are linked already is
 * said by the region's own stack.
 */
export async function readPeers(mesh: Mesh, self: string): Promise<readonly Peer[]> {
  const others = peersOf(mesh, self);
  const [own, readings] = await Promise.all([
    readStack(self),
    Promise.all(others.map(async (other) => ({ ...other, reading: await readStack(other.name) }))),
  ]);
  checkStanding({ region: self, mesh, meshKind: "istio" }, own);
  for (const { name: region, reading } of readings)
    checkStanding({ region, mesh, meshKind: "istio" }, reading);
  const linked = linkedBefore(own);
  const reads = hasIstiod(regionOf(mesh, self));
  const peers = readings.map(({ name: region, cluster, reading }) =>
    judgePeer({ self, region, cluster, linkedBefore: linked.includes(region), reads }, reading),
  );
  for (const peer of peers) {
    if (peer.state === "pending") await pulumi.log.warn(pendingWarning(self, peer));
  }
  return peers;
}
