import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { azureNames, isHeld, networkOf, peeringName, type PeeringState } from "../../azure";
import type { LinkedPeer } from "./peers";

/** Which peerings are looked at. */
export interface PeeringQuestion {
  /** Name of the Pulumi project, part of the names in Azure. */
  readonly project: string;
  /** Name of the region that asks. */
  readonly region: string;
  readonly linked: readonly LinkedPeer[];
}

/** Codes by which Azure says that a network, or its group, does not exist. */
const NOT_FOUND = /\b(?:Resource|ResourceGroup)?NotFound\b/;

/**
 * Linked peers whose peering must wait for a later update. The state of a peering is in no input, and so in no
 * diff: Azure is asked for it, before the first resource. Where it cannot be asked, nothing is held.
 */
export async function readHeldPeerings(
  question: PeeringQuestion,
  provider: pulumi.ProviderResource,
): Promise<readonly string[]> {
  const { project, region, linked } = question;
  const peers = linked.filter(({ virtualNetwork }) => virtualNetwork !== undefined);
  if (peers.length === 0) return [];
  const names = azureNames(project, region);
  const own = await peeringStates(names.resourceGroup, names.virtualNetwork, provider);
  if (own === undefined) return [];
  const held = await Promise.all(
    peers.map(async (peer) => {
      const place = networkOf(peer.virtualNetwork?.id ?? "");
      const others = place && (await peeringStates(place.resourceGroup, place.name, provider));
      return isHeld(own.get(peeringName(peer.region)), others?.get(peeringName(region))) ? [peer.region] : [];
    }),
  );
  for (const peer of held.flat()) await pulumi.log.warn(heldWarning(region, peer));
  return held.flat();
}

/** State of each peering of a network by name, none where the network does not exist; undefined where Azure is silent. */
async function peeringStates(
  resourceGroupName: string,
  virtualNetworkName: string,
  provider: pulumi.ProviderResource,
): Promise<ReadonlyMap<string, PeeringState> | undefined> {
  try {
    const { virtualNetworkPeerings = [] } = await network.getVirtualNetwork(
      { resourceGroupName, virtualNetworkName },
      { provider },
    );
    return new Map(virtualNetworkPeerings.map(({ name, peeringState }) => [name ?? "", peeringState ?? ""]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (NOT_FOUND.test(reason)) return new Map();
    await pulumi.log.debug(`peerings of ${resourceGroupName}/${virtualNetworkName}: ${reason}`);
    return undefined;
  }
}

/** What a person is told of a peering that this update does not make. */
function heldWarning(region: string, peer: string): string {
  return (
    `the network peering with ${peer} is Disconnected, as after ${peer} or its side was deleted. Azure connects it ` +
    "again only when both sides have been made anew, so it is not part of this update. Run pulumi up --stack " +
    `${peer}, then pulumi up --stack ${region} once more`
  );
}
