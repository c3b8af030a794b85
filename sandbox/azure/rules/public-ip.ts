import { createHash } from "node:crypto";
import { badRequest, conflict } from "../errors";
import { groupOf, sameId } from "../ids";
import { fill, obj, str, without, type ArmResource, type Behaviour, type World } from "../model";

export const PUBLIC_IP = "Microsoft.Network/publicIPAddresses";
const LABEL = /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/;

/** The DNS name of a public IP: plain per region, or made unique by a hash where the label's scope asks for that. */
export function fqdnOf(world: World, ip: ArmResource): string | undefined {
  const dns = obj(ip.properties["dnsSettings"]);
  const label = str(dns["domainNameLabel"]);
  if (label === undefined) return undefined;
  const scope = str(dns["domainNameLabelScope"]);
  if (scope === undefined) return `${label}.${ip.location ?? ""}.cloudapp.azure.com`;
  const reuse = {
    TenantReuse: world.tenantId,
    SubscriptionReuse: world.subscriptionId,
    ResourceGroupReuse: `${world.subscriptionId}/${groupOf(ip.id)}`,
    NoReuse: ip.id,
  }[scope];
  const hash = createHash("sha256")
    .update(`${label}/${reuse ?? scope}`)
    .digest("hex")
    .slice(0, 16);
  return `${label}.${hash}.${ip.location ?? ""}.cloudapp.azure.com`;
}

/** Who uses a public IP, as an id. */
export const holderOf = (ip: ArmResource): string | undefined =>
  str(obj(ip.properties["ipConfiguration"])["id"]) ?? str(obj(ip.properties["natGateway"])["id"]);

/** Notes who uses it, or that nobody does. */
export function setHolder(world: World, ip: ArmResource, holder: string | undefined): void {
  const rest = without(ip.properties, "ipConfiguration");
  world.put({
    ...ip,
    properties: holder === undefined ? rest : { ...rest, ipConfiguration: { id: holder } },
  });
}

export const publicIp: Behaviour = {
  admit(world, next, previous) {
    const sku = str(obj(next.sku)["name"]) ?? "Basic";
    if (sku === "Basic")
      throw badRequest(
        "BasicSkuPublicIpAddressRetired",
        `Public IP address ${next.id} asks for the Basic SKU, which was retired on 30 September 2025. Set sku.name to Standard.`,
      );
    if (str(next.properties["publicIPAllocationMethod"]) !== "Static")
      throw badRequest(
        "PublicIPAddressSkuRequiresStaticAllocation",
        `Standard sku publicIp ${next.id} must have AllocationMethod set to Static.`,
      );
    if (str(next.properties["publicIPAddressVersion"]) === "IPv6")
      throw badRequest(
        "NotModelled",
        `Public IP address ${next.id} is IPv6: the stand-in gives out loopback IPv4 addresses only.`,
      );
    const label = str(obj(next.properties["dnsSettings"])["domainNameLabel"]);
    if (label === undefined) return;
    if (!LABEL.test(label))
      throw badRequest(
        "InvalidDomainNameLabel",
        `The domain name label ${label} is invalid. It must conform to the following regular expression: ${LABEL.source}.`,
      );
    if (previous && holderOf(previous) !== undefined && fqdnOf(world, previous) === fqdnOf(world, next))
      return;
    const fqdn = fqdnOf(world, next);
    const taken =
      world.all(PUBLIC_IP).some((other) => !sameId(other.id, next.id) && fqdnOf(world, other) === fqdn) ||
      // Other tenants cannot hold a name with a hash of this one's in it.
      (str(obj(next.properties["dnsSettings"])["domainNameLabelScope"]) === undefined &&
        world.labelTakenElsewhere(label, next.location ?? ""));
    if (taken)
      throw badRequest("DnsRecordInUse", `DNS record ${fqdn ?? label} is already used by another public IP.`);
  },
  complete(world, next, previous) {
    next.properties["resourceGuid"] = str(previous?.properties["resourceGuid"]) ?? world.uuid();
    next.properties["ipAddress"] =
      str(previous?.properties["ipAddress"]) ?? world.allocateIp(next.location ?? "");
    for (const held of ["ipConfiguration", "natGateway"]) {
      const holder = previous?.properties[held];
      if (holder !== undefined) next.properties[held] = holder;
    }
    next.sku = { tier: "Regional", ...obj(next.sku) };
    fill(next.properties, {
      publicIPAddressVersion: "IPv4",
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: "VirtualNetworkInherited" },
    });
    const fqdn = fqdnOf(world, next);
    if (fqdn !== undefined) next.properties["dnsSettings"] = { ...obj(next.properties["dnsSettings"]), fqdn };
  },
  admitDelete(world, ip, goes) {
    const holder = holderOf(ip);
    if (holder === undefined || goes(holder) || [...clusterOf(world, holder)].some((id) => goes(id))) return;
    throw badRequest(
      "PublicIPAddressCannotBeDeleted",
      `Public IP address ${ip.id} can not be deleted since it is still allocated to resource ${holder}. In order to delete the public IP, disassociate/detach the Public IP address from the resource. To learn how to do this, see aka.ms/deletepublicip.`,
    );
  },
};

/** The cluster whose load balancer a holder belongs to: it goes with the cluster's own group. */
function* clusterOf(world: World, holder: string): Generator<string> {
  for (const cluster of world.all("Microsoft.ContainerService/managedClusters")) {
    if (str(cluster.properties["nodeResourceGroup"])?.toLowerCase() === groupOf(holder).toLowerCase())
      yield cluster.id;
  }
}

/** Name of a cluster's group of nodes and load balancers: as asked for, or as AKS makes it up. */
export const nodeGroupName = (cluster: ArmResource): string =>
  str(cluster.properties["nodeResourceGroup"]) ??
  `MC_${groupOf(cluster.id)}_${cluster.name}_${cluster.location ?? ""}`.slice(0, 80);

/** Id of the frontend with which a cluster's load balancer holds an address. */
export function frontendId(world: World, cluster: ArmResource, frontend: string): string {
  return `/subscriptions/${world.subscriptionId}/resourceGroups/${nodeGroupName(cluster)}/providers/Microsoft.Network/loadBalancers/kubernetes/frontendIPConfigurations/${frontend}`;
}

/** Refuses an address that something else holds. */
export function mustBeFree(ip: ArmResource, holder: string): void {
  const current = holderOf(ip);
  if (current === undefined || sameId(current, holder)) return;
  throw conflict(
    "PublicIPAddressInUse",
    `Resource ${holder} is referencing public IP address ${ip.id} that is already allocated to resource ${current}.`,
  );
}
