import { overlapping } from "../cidr";
import { badRequest } from "../errors";
import { parseId, sameId } from "../ids";
import { fill, obj, str, strings, type ArmResource, type Behaviour, type World } from "../model";

export const PEERING = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";

const remoteOf = (peering: ArmResource): string =>
  str(obj(peering.properties["remoteVirtualNetwork"])["id"]) ?? "";
const localOf = (peering: ArmResource): string => parseId(peering.id)?.parent ?? "";
const spaceOf = (network: ArmResource | undefined): string[] =>
  strings(obj(network?.properties["addressSpace"])["addressPrefixes"]);

export const peeringsOf = (world: World, network: string): ArmResource[] =>
  world.all(PEERING).filter((peering) => sameId(localOf(peering), network));

/** The peering of the other network back to this one's. */
function counterpart(world: World, peering: ArmResource): ArmResource | undefined {
  return peeringsOf(world, remoteOf(peering)).find((other) => sameId(remoteOf(other), localOf(peering)));
}

function setState(world: World, peering: ArmResource, state: string): void {
  world.put({
    ...peering,
    properties: {
      ...peering.properties,
      peeringState: state,
      peeringSyncLevel: state === "Connected" ? "FullyInSync" : "RemoteNotInSync",
    },
  });
}

/**
 * Peering states: `Initiated` while the other side is missing, `Connected` when both stand, `Disconnected` once the
 * other side went away. A disconnected one keeps its id and never heals by the other side coming back.
 */
export const peering: Behaviour = {
  admit(world, next, previous) {
    const local = world.get(localOf(next));
    const remote = world.get(remoteOf(next));
    if (!remote)
      throw badRequest(
        "InvalidResourceReference",
        `Resource ${remoteOf(next)} referenced by resource ${next.id} was not found. Please make sure that the referenced resource exists.`,
      );
    if (!local || sameId(local.id, remote.id))
      throw badRequest(
        "VnetCannotPeerWithSelf",
        `Cannot create or update peering ${next.id}. A virtual network cannot be peered with itself.`,
      );
    const because = (words: string) =>
      `Cannot create or update peering ${next.id}. Virtual networks ${local.id} and ${remote.id} cannot be peered because ${words} For more information please refer to https://aka.ms/VnetPeeringInfo`;
    const common = overlapping(spaceOf(local), spaceOf(remote));
    if (common.length > 0)
      throw badRequest(
        "VnetAddressSpacesOverlap",
        because(`their address spaces overlap. Overlapping address prefixes: ${common.join(", ")}.`),
      );
    for (const [one, two] of [
      [local, remote],
      [remote, local],
    ] as const) {
      for (const other of peeringsOf(world, two.id)) {
        const third = world.get(remoteOf(other));
        if (!third || sameId(third.id, one.id)) continue;
        const clash = overlapping(spaceOf(one), spaceOf(third));
        if (clash.length > 0)
          throw badRequest(
            "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
            because(
              `address space of ${one.id} overlaps with address space of virtual network ${third.id} already peered with ${two.id}. Overlapping address prefixes: ${clash.join(", ")}.`,
            ),
          );
      }
    }
    const twin = peeringsOf(world, local.id).find(
      (one) => !sameId(one.id, next.id) && sameId(remoteOf(one), remote.id),
    );
    if (twin)
      throw badRequest(
        "AnotherPeeringAlreadyReferencesRemoteVnet",
        `Peering ${next.id} cannot be added or updated because virtual network ${local.id} already has another peering ${twin.id} referencing the same remote virtual network ${remote.id}. Delete existing peering before adding another one with the same remote virtual network.`,
      );
    const other = counterpart(world, next);
    if (!previous && other?.properties["peeringState"] === "Disconnected")
      throw badRequest(
        "RemotePeeringIsDisconnected",
        `Cannot create or update peering ${next.id} because remote peering ${other.id} referencing parent virtual network ${local.id} is in Disconnected state. Update or re-create the remote peering to get it back to Initiated state. Peering gets Disconnected when remote vnet or remote peering is deleted and re-created.`,
      );
  },
  complete(world, next, previous) {
    const space = { addressPrefixes: spaceOf(world.get(remoteOf(next))) };
    next.properties["resourceGuid"] = str(previous?.properties["resourceGuid"]) ?? world.uuid();
    next.properties["remoteAddressSpace"] = space;
    next.properties["remoteVirtualNetworkAddressSpace"] = space;
    // Until it has settled the old state stands.
    next.properties["peeringState"] = str(previous?.properties["peeringState"]) ?? "Initiated";
    next.properties["peeringSyncLevel"] = str(previous?.properties["peeringSyncLevel"]) ?? "RemoteNotInSync";
    fill(next.properties, {
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      doNotVerifyRemoteGateways: false,
      peerCompleteVnets: true,
      useRemoteGateways: false,
    });
  },
  settled(world, resource) {
    const other = counterpart(world, resource);
    if (!other) {
      setState(world, resource, "Initiated");
      return;
    }
    setState(world, resource, "Connected");
    setState(world, other, "Connected");
  },
  removed(world, resource) {
    const other = counterpart(world, resource);
    if (other) setState(world, other, "Disconnected");
  },
};

/** After a network is gone: every peering towards it. */
export function disconnectOthers(world: World, network: string): void {
  for (const other of world.all(PEERING)) {
    if (sameId(remoteOf(other), network)) setState(world, other, "Disconnected");
  }
}
