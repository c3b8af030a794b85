/** What subnets are attached to: network security groups and NAT gateways. */
import { badRequest, conflict } from "../errors";
import { sameId } from "../ids";
import { fill, obj, objects, str, without, type ArmResource, type Behaviour, type World } from "../model";
import { mustBeFree, PUBLIC_IP } from "./public-ip";

const SUBNET = "Microsoft.Network/virtualNetworks/subnets";

const attached = (world: World, field: string, id: string): ArmResource[] =>
  world.all(SUBNET).filter((subnet) => sameId(str(obj(subnet.properties[field])["id"]) ?? "", id));

function withSubnets(world: World, field: string, resource: ArmResource): ArmResource {
  const subnets = attached(world, field, resource.id).map((subnet) => ({ id: subnet.id }));
  return subnets.length === 0 ? resource : { ...resource, properties: { ...resource.properties, subnets } };
}

function refuseAttached(code: string, what: string, field: string): NonNullable<Behaviour["admitDelete"]> {
  return (world, resource, goes) => {
    const subnet = attached(world, field, resource.id).find((one) => !goes(one.id));
    if (subnet)
      throw badRequest(
        code,
        `${what} ${resource.id} cannot be deleted because it is in use by the following resources: ${subnet.id}. In order to delete it, remove the association with the resource(s).`,
      );
  };
}

export const nsg: Behaviour = {
  admit(_world, next) {
    const seen = new Map<string, string>();
    for (const rule of objects(next.properties["securityRules"])) {
      const settings = obj(rule["properties"]);
      const slot = `${str(settings["direction"]) ?? ""}/${JSON.stringify(settings["priority"])}`;
      const other = seen.get(slot);
      if (other !== undefined)
        throw badRequest(
          "SecurityRuleConflict",
          `Security rule ${str(rule["name"]) ?? ""} conflicts with rule ${other}. Rules cannot have the same Priority and Direction. To learn more, see aka.ms/nsgrules.`,
        );
      seen.set(slot, str(rule["name"]) ?? "");
    }
  },
  complete(world, next, previous) {
    next.properties["resourceGuid"] = str(previous?.properties["resourceGuid"]) ?? world.uuid();
    fill(next.properties, { securityRules: [] });
    const state = { provisioningState: "Succeeded" };
    for (const rule of objects(next.properties["securityRules"])) {
      rule["properties"] = { ...state, ...obj(rule["properties"]) };
    }
  },
  view: (world, resource) => withSubnets(world, "networkSecurityGroup", resource),
  admitDelete: refuseAttached(
    "InUseNetworkSecurityGroupCannotBeDeleted",
    "Network security group",
    "networkSecurityGroup",
  ),
};

const addressesOf = (gateway: ArmResource): string[] =>
  objects(gateway.properties["publicIpAddresses"]).map((one) => str(one["id"]) ?? "");

export const nat: Behaviour = {
  admit(world, next) {
    for (const id of addressesOf(next)) {
      const ip = world.get(id);
      if (!ip)
        throw badRequest(
          "InvalidResourceReference",
          `Resource ${id} referenced by resource ${next.id} was not found.`,
        );
      if (ip.location !== next.location)
        throw conflict(
          "ResourcesInDifferentRegions",
          `Public IP address ${id} is in ${ip.location ?? ""}, NAT gateway ${next.id} in ${next.location ?? ""}.`,
        );
      mustBeFree(ip, next.id);
    }
  },
  complete(world, next, previous) {
    next.properties["resourceGuid"] = str(previous?.properties["resourceGuid"]) ?? world.uuid();
    fill(next.properties, { idleTimeoutInMinutes: 4 });
  },
  settled(world, resource) {
    const mine = addressesOf(resource);
    for (const ip of world.all(PUBLIC_IP)) {
      const held = sameId(str(obj(ip.properties["natGateway"])["id"]) ?? "", resource.id);
      const wanted = mine.some((id) => sameId(id, ip.id));
      if (held === wanted) continue;
      const rest = without(ip.properties, "natGateway");
      world.put({ ...ip, properties: wanted ? { ...rest, natGateway: { id: resource.id } } : rest });
    }
  },
  view: (world, resource) => withSubnets(world, "natGateway", resource),
  admitDelete: refuseAttached("InUseNatGatewayCannotBeDeleted", "NAT gateway", "natGateway"),
  removed(world, resource) {
    for (const ip of world.all(PUBLIC_IP)) {
      if (!sameId(str(obj(ip.properties["natGateway"])["id"]) ?? "", resource.id)) continue;
      const rest = without(ip.properties, "natGateway");
      world.put({ ...ip, properties: rest });
    }
  },
};
