/** What Azure calls the state of one side of a peering: `Initiated`, `Connected` or `Disconnected`. */
export type PeeringState = string;

/**
 * Whether a side of a peering must be away for now. `own` is this side's state, `other` the peer's; undefined is a
 * side that does not exist, or cannot be seen.
 *
 * A side is Disconnected for ever once the other one was deleted, and as long as it is there, Azure refuses to make
 * the other one (RemotePeeringIsDisconnected). So a Disconnected side goes, and none is made against one: whichever
 * region is updated first, two rounds of updates lead to two new sides.
 * https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues
 */
export function isHeld(own: PeeringState | undefined, other: PeeringState | undefined): boolean {
  return own === "Disconnected" || (own === undefined && other === "Disconnected");
}

/** Group and name in the id of a virtual network; undefined where it is no such id. */
export function networkOf(id: string): { readonly resourceGroup: string; readonly name: string } | undefined {
  const match = /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)$/i.exec(
    id,
  );
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { resourceGroup: match[1], name: match[2] };
}
