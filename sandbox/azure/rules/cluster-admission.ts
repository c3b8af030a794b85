/** What AKS refuses in a ManagedCluster. */
import { contains, overlapping, overlaps, parseCidr, parseIp } from "../cidr";
import { badRequest } from "../errors";
import { sameId } from "../ids";
import { obj, objects, str, strings, type ArmResource, type World } from "../model";
import type { JsonObject } from "../shapes";
import { admitPool, clusterNetwork, poolsOf } from "./agent-pool";
import { holderOf, frontendId, mustBeFree } from "./public-ip";
import { mustJoin } from "./roles";
import { prefixesOf, SUBNET } from "./virtual-network";
import { minorOf, offered, resolveVersion } from "./versions";

const bad = (message: string, code = "InvalidParameter") => badRequest(code, message);

export function admitCluster(world: World, next: ArmResource, previous: ArmResource | undefined): void {
  const pools = objects(next.properties["agentPoolProfiles"]);
  identity(world, next);
  signIn(next);
  version(next, previous);
  if (
    !previous &&
    str(next.properties["dnsPrefix"]) === undefined &&
    str(next.properties["fqdnSubdomain"]) === undefined
  )
    throw bad(`Required parameter dnsPrefix of managed cluster ${next.name} is missing.`, "InvalidDNSPrefix");
  const prefix = str(next.properties["dnsPrefix"]);
  if (prefix !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/.test(prefix))
    throw bad(
      `dnsPrefix "${prefix}" is invalid: 1 to 54 letters, digits and hyphens, with a letter or digit at both ends.`,
      "InvalidDNSPrefix",
    );
  if (pools.length > 0 || !previous) admitPools(world, next, previous, pools);
  network(world, next, pools);
  outbound(world, next, previous);
  apiAccess(next);
  if (
    str(next.properties["supportPlan"]) === "AKSLongTermSupport" &&
    str(obj(next.sku)["tier"]) !== "Premium"
  )
    throw bad("Support plan AKSLongTermSupport needs sku tier Premium.", "LTSRequiresPremium");
}

function admitPools(
  world: World,
  next: ArmResource,
  previous: ArmResource | undefined,
  pools: JsonObject[],
): void {
  const names = pools.map((pool) => str(pool["name"]) ?? "");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw bad(`Agent pool name '${twice}' is used twice.`);
  const known = poolsOf(world, next.id).map((pool) => pool.name);
  // A cluster whose creation failed has no pools yet: it is made all over again.
  if (previous && known.length > 0) {
    // The words that pulumi-azure-native#579 and #2719 quote.
    if (names.some((name) => !known.includes(name)))
      throw badRequest(
        "BadRequest",
        "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api",
      );
  } else if (!pools.some((pool) => str(pool["mode"]) === "System")) {
    throw bad(
      "Managed cluster must have at least one system agent pool: agentPoolProfiles needs one with mode System.",
    );
  }
  for (const pool of pools) admitPool(world, next, str(pool["name"]) ?? "", pool);
  const networks = pools.map((pool) => str(pool["vnetSubnetID"])).filter((id) => id !== undefined);
  if (networks.length > 0 && networks.length < pools.length)
    throw bad("All agent pools need a vnetSubnetID, or none.");
  if (networks.some((id) => !sameId(clusterNetwork(id), clusterNetwork(networks[0] ?? ""))))
    throw bad("All agent pools must lie in the same virtual network.");
}

function identity(world: World, next: ArmResource): void {
  const type = str(obj(next.identity)["type"]);
  const ids = Object.keys(obj(obj(next.identity)["userAssignedIdentities"]));
  if (type === undefined || type === "None")
    throw bad(
      `Managed cluster ${next.name} needs an identity: SystemAssigned, or UserAssigned with one in userAssignedIdentities.`,
      "ServicePrincipalProfileRequired",
    );
  if (type === "UserAssigned" && ids.length !== 1)
    throw bad(`Managed cluster ${next.name} needs exactly one user-assigned identity, it has ${ids.length}.`);
  for (const id of ids) {
    if (!world.get(id))
      throw bad(`The user-assigned identity ${id} was not found.`, "UserAssignedIdentityNotFound");
  }
}

function signIn(next: ArmResource): void {
  const { properties } = next;
  const entra = properties["aadProfile"] !== undefined;
  const managed = obj(properties["aadProfile"])["managed"] === true;
  if (entra && !managed)
    throw bad(
      "aadProfile.managed must be true: the legacy Entra integration is retired.",
      "AADLegacyIntegrationRetired",
    );
  if (properties["disableLocalAccounts"] === true && !entra)
    throw bad(
      "Disabling local accounts is only allowed on a cluster with managed Entra integration: set aadProfile.managed.",
    );
  if (properties["enableRBAC"] === false && entra) throw bad("aadProfile needs enableRBAC.");
  const workload = obj(obj(properties["securityProfile"])["workloadIdentity"])["enabled"] === true;
  if (workload && obj(properties["oidcIssuerProfile"])["enabled"] !== true)
    throw bad("securityProfile.workloadIdentity needs oidcIssuerProfile.enabled.", "OIDCIssuerRequired");
}

function version(next: ArmResource, previous: ArmResource | undefined): void {
  const asked = str(next.properties["kubernetesVersion"]);
  if (asked === undefined) return;
  const wanted = resolveVersion(asked);
  if (wanted === undefined)
    throw bad(
      `Managed cluster ${next.name} is on version ${asked}, which is not supported in this region. Supported: ${offered().join(", ")}.`,
      "K8sVersionNotSupported",
    );
  const current = str(previous?.properties["currentKubernetesVersion"]);
  if (current === undefined) return;
  const step = minorOf(wanted) - minorOf(current);
  if (step < 0)
    throw bad(
      `Downgrading managed cluster ${next.name} from ${current} to ${wanted} is not allowed.`,
      "OperationNotAllowed",
    );
  if (step > 1)
    throw bad(
      `Upgrading managed cluster ${next.name} from ${current} to ${wanted} skips a minor version.`,
      "OperationNotAllowed",
    );
}

function network(world: World, next: ArmResource, pools: JsonObject[]): void {
  const profile = obj(next.properties["networkProfile"]);
  const [plugin, policy] = [
    str(profile["networkPlugin"]) ?? "kubenet",
    str(profile["networkPolicy"]) ?? "none",
  ];
  if (profile["networkPluginMode"] !== undefined && plugin !== "azure")
    throw bad("networkProfile.networkPluginMode overlay needs networkPlugin azure.");
  if (policy === "azure" && plugin !== "azure")
    throw bad("networkProfile.networkPolicy azure needs networkPlugin azure.");
  if ((policy === "cilium") !== (str(profile["networkDataplane"]) === "cilium") && policy === "cilium")
    throw bad("networkProfile.networkPolicy cilium needs networkDataplane cilium.");
  const cidr = str(profile["serviceCidr"]) ?? "10.0.0.0/16";
  const service = parseCidr(cidr);
  if (!service)
    throw bad(`networkProfile.serviceCidr ${cidr} is not a range in CIDR notation.`, "InvalidServiceCidr");
  if (service.bits < 12)
    throw bad(`networkProfile.serviceCidr ${cidr} must be /12 or smaller.`, "InvalidServiceCidr");
  const dns = str(profile["dnsServiceIP"]) ?? "10.0.0.10";
  const ip = parseIp(dns);
  if (ip === undefined || !contains(service, { first: ip, last: ip, bits: 32 }))
    throw bad(`networkProfile.dnsServiceIP ${dns} must lie in serviceCidr ${cidr}.`, "InvalidDNSServiceIP");
  if (ip === service.first || ip === service.first + 1)
    throw bad(
      `networkProfile.dnsServiceIP ${dns} must not be the first address of serviceCidr ${cidr}.`,
      "InvalidDNSServiceIP",
    );
  const subnet = str(pools[0]?.["vnetSubnetID"]);
  for (const one of new Set(pools.flatMap((pool) => [str(pool["vnetSubnetID"]), str(pool["podSubnetID"])]))) {
    if (one !== undefined)
      mustJoin(world, next, one, "Microsoft.Network/virtualNetworks/subnets/join/action");
  }
  const home = subnet === undefined ? undefined : world.get(clusterNetwork(subnet));
  if (!home) return;
  const clash = overlapping([cidr], prefixesOf(home));
  if (clash.length > 0)
    throw bad(
      `The specified service CIDR ${cidr} is conflicted with an existing subnet or the address space ${prefixesOf(home).join(", ")} of virtual network ${home.id}.`,
      "ServiceCidrOverlapExistingSubnetsCidr",
    );
  const podCidr = parseCidr(str(profile["podCidr"]) ?? "10.244.0.0/16");
  // The SDK always sends a podCidr; AKS reads it only where pods have addresses of their own range.
  const ownRange = plugin !== "azure" || profile["networkPluginMode"] !== undefined;
  if (ownRange && podCidr && overlaps(podCidr, service))
    throw bad("networkProfile.podCidr and serviceCidr overlap.", "InvalidPodCidr");
}

function outbound(world: World, next: ArmResource, previous: ArmResource | undefined): void {
  const profile = obj(obj(next.properties["networkProfile"])["loadBalancerProfile"]);
  if (profile["outboundIPs"] !== undefined && profile["managedOutboundIPs"] !== undefined)
    throw bad("loadBalancerProfile takes one of managedOutboundIPs and outboundIPs.");
  for (const id of outboundIps(next)) {
    const ip = world.get(id);
    if (!ip)
      throw bad(
        `Public IP address ${id} of loadBalancerProfile.outboundIPs was not found.`,
        "InvalidResourceReference",
      );
    if (ip.location !== next.location)
      throw bad(
        `Public IP address ${id} is in ${ip.location ?? ""}, the cluster in ${next.location ?? ""}.`,
        "InvalidLoadBalancerProfileOutboundIPs",
      );
    if (holderOf(ip) !== undefined) mustBeFree(ip, frontendId(world, previous ?? next, ip.name));
    mustJoin(world, next, ip.id, "Microsoft.Network/publicIPAddresses/join/action");
  }
  const type = str(obj(next.properties["networkProfile"])["outboundType"]);
  const subnet = str(objects(next.properties["agentPoolProfiles"])[0]?.["vnetSubnetID"]);
  if (type === "userAssignedNATGateway") {
    const attached = world.all(SUBNET).find((one) => sameId(one.id, subnet ?? ""))?.properties["natGateway"];
    if (attached === undefined)
      throw bad("outboundType userAssignedNATGateway needs a subnet with a NAT gateway.", "OutboundConnFail");
  }
}

/** Public addresses that nodes leave by, as the user named them. */
export const outboundIps = (cluster: ArmResource): string[] =>
  objects(
    obj(obj(obj(cluster.properties["networkProfile"])["loadBalancerProfile"])["outboundIPs"])["publicIPs"],
  ).map((one) => str(one["id"]) ?? "");

function apiAccess(next: ArmResource): void {
  const profile = obj(next.properties["apiServerAccessProfile"]);
  const ranges = strings(profile["authorizedIPRanges"]);
  if (ranges.length > 200)
    throw bad(
      "apiServerAccessProfile.authorizedIPRanges takes at most 200 ranges.",
      "TooManyAuthorizedIPRanges",
    );
  for (const range of ranges) {
    if (!parseCidr(range) && parseIp(range) === undefined)
      throw bad(
        `apiServerAccessProfile.authorizedIPRanges: "${range}" is no IPv4 address or range in CIDR notation.`,
        "InvalidAuthorizedIPRange",
      );
  }
  if (ranges.length > 0 && profile["enablePrivateCluster"] === true)
    throw bad(
      "apiServerAccessProfile.authorizedIPRanges cannot be used with a private cluster.",
      "InvalidAuthorizedIPRange",
    );
}
