import { contains, overlapping, overlaps, parseCidr } from "../cidr";
import { badRequest } from "../errors";
import { groupOf, parseId, sameId } from "../ids";
import { fill, obj, objects, str, strings, type ArmResource, type Behaviour, type World } from "../model";
import type { JsonObject } from "../shapes";
import { disconnectOthers, peeringsOf } from "./peering";

export const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const CLUSTER = "Microsoft.ContainerService/managedClusters";
const POOL = `${CLUSTER}/agentPools`;

export const prefixesOf = (network: ArmResource): string[] =>
  strings(obj(network.properties["addressSpace"])["addressPrefixes"]);
export const subnetPrefixes = (subnet: ArmResource): string[] => {
  const many = strings(subnet.properties["addressPrefixes"]);
  const one = str(subnet.properties["addressPrefix"]);
  return many.length > 0 ? many : one === undefined ? [] : [one];
};
export const subnetsOf = (world: World, network: string): ArmResource[] =>
  world.all(SUBNET).filter((subnet) => sameId(parseId(subnet.id)?.parent ?? "", network));

/** What holds addresses of a subnet, as ids. */
export function usersOf(world: World, subnet: string): string[] {
  return usersAmong(world, world.all(POOL), subnet);
}

function usersAmong(world: World, pools: readonly ArmResource[], subnet: string): string[] {
  const using = pools.filter((pool) => {
    return [pool.properties["vnetSubnetID"], pool.properties["podSubnetID"]].some((id) =>
      sameId(str(id) ?? "", subnet),
    );
  });
  return using.map((pool) => {
    const cluster = parseId(pool.id)?.parent ?? "";
    const nodes = str(world.get(cluster)?.properties["nodeResourceGroup"]) ?? groupOf(cluster);
    return (
      `/subscriptions/${world.subscriptionId}/resourceGroups/${nodes}/providers/Microsoft.Compute/` +
      `virtualMachineScaleSets/aks-${pool.name}-vmss/virtualMachines/0/networkInterfaces/aks-${pool.name}-vmss/ipConfigurations/ipconfig1`
    );
  });
}

export const virtualNetwork: Behaviour = {
  admit(world, next, previous) {
    const prefixes = prefixesOf(next);
    for (const prefix of prefixes) {
      if (!parseCidr(prefix))
        throw badRequest(
          "InvalidAddressPrefixFormat",
          `Address prefix ${prefix} of resource ${next.id} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
        );
    }
    const ranges = prefixes.map((prefix) => parseCidr(prefix)).filter((range) => range !== undefined);
    if (ranges.some((a, i) => ranges.some((b, j) => i < j && overlaps(a, b))))
      throw badRequest(
        "AddressSpaceOverlap",
        `The address prefixes of virtual network ${next.name} overlap each other: ${prefixes.join(", ")}.`,
      );
    if (!previous) return;
    for (const subnet of subnetsOf(world, next.id)) {
      const lost = subnetPrefixes(subnet).find((prefix) => !holds(prefixes, prefix));
      if (lost !== undefined)
        throw badRequest(
          "InUsePrefixCannotBeDeleted",
          `IpPrefix ${lost} on Vnet ${next.name} has active allocations and cannot be deleted.`,
        );
    }
    for (const peering of peeringsOf(world, next.id)) {
      const remote = str(obj(peering.properties["remoteVirtualNetwork"])["id"]) ?? "";
      const common = overlapping(prefixes, prefixesOf(world.get(remote) ?? next));
      if (common.length > 0 && !sameId(remote, next.id))
        throw badRequest(
          "VnetAddressSpacesOverlap",
          `Cannot update address space of virtual network ${next.id}: it overlaps with address space of its peer ${remote}. Overlapping address prefixes: ${common.join(", ")}.`,
        );
    }
  },
  complete(world, next, previous) {
    next.properties["resourceGuid"] = str(previous?.properties["resourceGuid"]) ?? world.uuid();
    fill(next.properties, { enableDdosProtection: false, privateEndpointVNetPolicies: "Disabled" });
  },
  settled(world, network) {
    // The other side's copy of this address space is brought up to date (the real service wants a sync for it).
    for (const peering of world.all("Microsoft.Network/virtualNetworks/virtualNetworkPeerings")) {
      if (!sameId(str(obj(peering.properties["remoteVirtualNetwork"])["id"]) ?? "", network.id)) continue;
      const space = { addressPrefixes: prefixesOf(network) };
      world.put({
        ...peering,
        properties: {
          ...peering.properties,
          remoteAddressSpace: space,
          remoteVirtualNetworkAddressSpace: space,
        },
      });
    }
  },
  view: (world, network) => ({
    ...network,
    properties: {
      ...network.properties,
      subnets: subnetsOf(world, network.id).map(asJson),
      virtualNetworkPeerings: peeringsOf(world, network.id).map(asJson),
    },
  }),
  admitDelete(world, network, goes) {
    for (const inner of subnetsOf(world, network.id)) refuseWhenUsed(world, inner, goes);
  },
  removed: (world, network) => {
    disconnectOthers(world, network.id);
  },
};

export const subnet: Behaviour = {
  admit(world, next, previous) {
    const network = world.get(parseId(next.id)?.parent ?? "");
    if (!network) return;
    const prefixes = subnetPrefixes(next);
    const bad = prefixes.find((prefix) => !parseCidr(prefix));
    if (bad !== undefined)
      throw badRequest(
        "InvalidAddressPrefixFormat",
        `Address prefix ${bad} of resource ${next.id} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
      );
    if (prefixes.length === 0)
      throw badRequest(
        "MissingJsonReferenceId",
        `Subnet '${next.name}' has neither addressPrefix nor addressPrefixes.`,
      );
    // The sentence is the service's own; it does not say which of the two it was, so the reason is added.
    const invalid = (why: string) =>
      badRequest(
        "NetcfgInvalidSubnet",
        `Subnet '${next.name}' is not valid in virtual network '${network.name}'. ${why}`,
      );
    const outside = prefixes.find((prefix) => !holds(prefixesOf(network), prefix));
    if (outside !== undefined)
      throw invalid(`${outside} lies outside its address space ${prefixesOf(network).join(", ")}.`);
    for (const other of subnetsOf(world, network.id)) {
      if (sameId(other.id, next.id)) continue;
      const common = overlapping(prefixes, subnetPrefixes(other));
      if (common.length > 0) throw invalid(`${common.join(", ")} overlaps subnet '${other.name}'.`);
    }
    for (const field of ["networkSecurityGroup", "natGateway", "routeTable"]) mustExist(world, next, field);
    if (previous && usersOf(world, next.id).length > 0 && subnetPrefixes(previous).join() !== prefixes.join())
      throw badRequest(
        "InUsePrefixCannotBeDeleted",
        `IpPrefix ${subnetPrefixes(previous).join(", ")} on Subnet ${next.name} has active allocations and cannot be deleted.`,
      );
  },
  complete(_world, next) {
    fill(next.properties, {
      delegations: [],
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
    });
    for (const endpoint of objects(next.properties["serviceEndpoints"])) fill(endpoint, { locations: ["*"] });
  },
  view(world, one) {
    const users = usersOf(world, one.id);
    if (users.length === 0) return one;
    return { ...one, properties: { ...one.properties, ipConfigurations: users.map((id) => ({ id })) } };
  },
  admitDelete: refuseWhenUsed,
};

function refuseWhenUsed(world: World, one: ArmResource, goes: (id: string) => boolean): void {
  const pools = world.all(POOL).filter((pool) => !goes(pool.id) && !goes(parseId(pool.id)?.parent ?? ""));
  const inUse = usersAmong(world, pools, one.id);
  if (inUse[0] !== undefined)
    throw badRequest(
      "InUseSubnetCannotBeDeleted",
      `Subnet ${one.name} is in use by ${inUse[0]} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
    );
}

/** Refuses a reference to what is not there. */
export function mustExist(world: World, next: ArmResource, field: string): void {
  const id = str(obj(next.properties[field])["id"]);
  if (id === undefined || world.get(id)) return;
  throw badRequest(
    "InvalidResourceReference",
    `Resource ${id} referenced by resource ${next.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}

function holds(outer: readonly string[], prefix: string): boolean {
  const inner = parseCidr(prefix);
  return outer.some((one) => {
    const range = parseCidr(one);
    return range !== undefined && inner !== undefined && contains(range, inner);
  });
}

const asJson = (resource: ArmResource): JsonObject => ({ ...resource });
