import { createHash, randomBytes } from "node:crypto";
import { groupId, isWithin, keyOf, sameId } from "../ids";
import {
  fill,
  obj,
  objects,
  str,
  strings,
  without,
  type ArmResource,
  type Behaviour,
  type World,
} from "../model";
import type { JsonObject } from "../shapes";
import { completePool, POOL, poolsOf } from "./agent-pool";
import { admitCluster, outboundIps } from "./cluster-admission";
import { frontendId, holderOf, nodeGroupName, PUBLIC_IP, setHolder } from "./public-ip";
import { DEFAULT_MINOR, resolveVersion } from "./versions";

export const managedCluster: Behaviour = {
  admit: admitCluster,
  complete(world, next, previous) {
    const { properties } = next;
    const before = previous?.properties ?? {};
    const hash = createHash("sha256").update(keyOf(next.id)).digest("hex").slice(0, 8);
    next.sku = { name: "Base", tier: "Free", ...obj(next.sku) };
    next.kind ??= "Base";
    fill(properties, {
      kubernetesVersion: before["kubernetesVersion"] ?? DEFAULT_MINOR,
      nodeResourceGroup: nodeGroupName(previous ?? next),
      enableRBAC: true,
      disableLocalAccounts: false,
      maxAgentPools: 100,
      supportPlan: "KubernetesOfficial",
      autoUpgradeProfile: { nodeOSUpgradeChannel: "NodeImage" },
      metricsProfile: { costAnalysis: { enabled: false } },
      nodeProvisioningProfile: { mode: "Manual", defaultNodePools: "Auto" },
      bootstrapProfile: { artifactSource: "Direct" },
      securityProfile: {},
      workloadAutoScalerProfile: {},
      storageProfile: {
        diskCSIDriver: { enabled: true },
        fileCSIDriver: { enabled: true },
        snapshotController: { enabled: true },
      },
    });
    const prefix = str(properties["dnsPrefix"]) ?? str(properties["fqdnSubdomain"]) ?? next.name;
    const location = next.location ?? "";
    properties["fqdn"] = `${prefix}-${hash}.hcp.${location}.azmk8s.io`;
    properties["azurePortalFQDN"] = `${prefix}-${hash}.portal.hcp.${location}.azmk8s.io`;
    properties["currentKubernetesVersion"] = resolveVersion(str(properties["kubernetesVersion"]) ?? "") ?? "";
    properties["powerState"] = { code: "Running" };
    properties["resourceUID"] = str(before["resourceUID"]) ?? randomBytes(12).toString("hex");
    completeAccess(world, properties);
    completeNetwork(next, previous);
    completeIdentity(world, next, previous);
    const issuer = obj(properties["oidcIssuerProfile"]);
    if (issuer["enabled"] === true) {
      const url = str(obj(before["oidcIssuerProfile"])["issuerURL"]);
      properties["oidcIssuerProfile"] = {
        ...issuer,
        issuerURL: url ?? `https://${location}.oic.prod-aks.azure.com/${world.tenantId}/${world.uuid()}/`,
      };
    }
  },
  settled(world, cluster) {
    ownGroup(world, cluster);
    pools(world, cluster);
    holdOutbound(world, cluster);
    world.put({ ...cluster, properties: without(cluster.properties, "agentPoolProfiles") });
  },
  view: (world, cluster) => {
    const inline = objects(cluster.properties["agentPoolProfiles"]);
    const all = poolsOf(world, cluster.id).map((pool) => ({ name: pool.name, ...pool.properties }));
    return {
      ...cluster,
      properties: { ...cluster.properties, agentPoolProfiles: all.length > 0 ? all : inline },
    };
  },
  removed(world, cluster) {
    for (const ip of world.all(PUBLIC_IP)) {
      const holder = holderOf(ip);
      if (holder !== undefined && isWithin(holder, nodeGroup(world, cluster)))
        setHolder(world, ip, undefined);
    }
    world.drop(nodeGroup(world, cluster));
  },
};

export const nodeGroup = (world: World, cluster: ArmResource): string =>
  groupId(world.subscriptionId, nodeGroupName(cluster));

function completeAccess(world: World, properties: JsonObject): void {
  const entra = properties["aadProfile"];
  if (entra !== undefined) {
    properties["aadProfile"] = { tenantID: world.tenantId, enableAzureRBAC: false, ...obj(entra) };
  }
  const access = obj(properties["apiServerAccessProfile"]);
  const ranges = strings(access["authorizedIPRanges"]);
  if (ranges.length > 0) {
    // AKS writes a lone address back as a range.
    access["authorizedIPRanges"] = ranges.map((range) => (range.includes("/") ? range : `${range}/32`));
  }
}

function completeNetwork(next: ArmResource, previous: ArmResource | undefined): void {
  const network = obj(next.properties["networkProfile"]);
  const before = obj(previous?.properties["networkProfile"]);
  fill(network, {
    networkPlugin: "kubenet",
    networkPolicy: "none",
    networkDataplane: "azure",
    serviceCidr: "10.0.0.0/16",
    dnsServiceIP: "10.0.0.10",
    outboundType: "loadBalancer",
    loadBalancerSku: "standard",
    ipFamilies: ["IPv4"],
  });
  // The SDK sends podCidr with every plugin; where pods have addresses of the subnet AKS drops it.
  if (network["networkPlugin"] === "azure" && network["networkPluginMode"] === undefined)
    delete network["podCidr"];
  else fill(network, { podCidr: "10.244.0.0/16" });
  network["serviceCidrs"] = [network["serviceCidr"] ?? null];
  if (network["podCidr"] !== undefined) network["podCidrs"] = [network["podCidr"]];
  if (network["outboundType"] === "loadBalancer") {
    const profile = {
      backendPoolType: "NodeIPConfiguration",
      ...obj(network["loadBalancerProfile"]),
    } as JsonObject;
    if (profile["outboundIPs"] === undefined) fill(profile, { managedOutboundIPs: { count: 1 } });
    const effective = obj(before["loadBalancerProfile"])["effectiveOutboundIPs"];
    if (profile["outboundIPs"] === undefined && effective !== undefined)
      profile["effectiveOutboundIPs"] = effective;
    network["loadBalancerProfile"] = profile;
  }
  next.properties["networkProfile"] = network;
}

function completeIdentity(world: World, next: ArmResource, previous: ArmResource | undefined): void {
  const before = obj(previous?.identity);
  const identity = obj(next.identity);
  if (identity["type"] === "SystemAssigned") {
    next.identity = {
      ...identity,
      principalId: str(before["principalId"]) ?? world.uuid(),
      tenantId: world.tenantId,
    };
  } else {
    const assigned = Object.keys(obj(identity["userAssignedIdentities"])).map((id) => {
      const { clientId, principalId } = world.get(id)?.properties ?? {};
      return [id, { clientId: clientId ?? "", principalId: principalId ?? "" }] as const;
    });
    next.identity = { ...identity, userAssignedIdentities: Object.fromEntries(assigned) };
  }
  const kubelet = {
    clientId: world.uuid(),
    objectId: world.uuid(),
    resourceId: `${nodeGroup(world, next)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${next.name}-agentpool`,
  };
  fill(next.properties, {
    identityProfile: previous?.properties["identityProfile"] ?? { kubeletidentity: kubelet },
  });
}

/** The group of nodes and load balancers comes and goes with the cluster. */
function ownGroup(world: World, cluster: ArmResource): void {
  const id = nodeGroup(world, cluster);
  if (world.get(id)) return;
  world.put({
    id,
    name: nodeGroupName(cluster),
    type: "Microsoft.Resources/resourceGroups",
    location: cluster.location ?? "",
    managedBy: cluster.id,
    properties: { provisioningState: "Succeeded" },
  });
}

/** Inline pools become pools like any other; those that the body does not name stay (pulumi-azure-native#1686). */
function pools(world: World, cluster: ArmResource): void {
  for (const inline of objects(cluster.properties["agentPoolProfiles"])) {
    const { name, ...properties } = inline;
    const id = `${cluster.id}/agentPools/${str(name) ?? ""}`;
    const previous = world.get(id);
    completePool(cluster, properties, previous?.properties);
    properties["provisioningState"] = "Succeeded";
    properties["eTag"] = world.uuid();
    world.put({ id, name: str(name) ?? "", type: POOL, properties });
  }
}

/** Takes the addresses that nodes leave by, or makes one of its own. */
function holdOutbound(world: World, cluster: ArmResource): void {
  const network = obj(cluster.properties["networkProfile"]);
  const profile = obj(network["loadBalancerProfile"]);
  if (network["outboundType"] !== "loadBalancer") return;
  const named = outboundIps(cluster);
  for (const ip of world.all(PUBLIC_IP)) {
    const mine = sameId(holderOf(ip) ?? "", frontendId(world, cluster, ip.name));
    const wanted = named.some((id) => sameId(id, ip.id));
    if (wanted && !mine) setHolder(world, ip, frontendId(world, cluster, ip.name));
    if (!wanted && mine && !isWithin(ip.id, nodeGroup(world, cluster))) setHolder(world, ip, undefined);
  }
  const effective = named.length > 0 ? named : [managedOutboundIp(world, cluster)];
  profile["effectiveOutboundIPs"] = effective.map((id) => ({ id }));
}

function managedOutboundIp(world: World, cluster: ArmResource): string {
  const name = `${str(cluster.properties["resourceUID"]) ?? cluster.name}-outbound`;
  const id = `${nodeGroup(world, cluster)}/providers/${PUBLIC_IP}/${name}`;
  if (!world.get(id)) {
    world.put({
      id,
      name,
      type: PUBLIC_IP,
      location: cluster.location ?? "",
      sku: { name: "Standard", tier: "Regional" },
      properties: {
        provisioningState: "Succeeded",
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
        ipAddress: world.allocateIp(cluster.location ?? ""),
        resourceGuid: world.uuid(),
        ipConfiguration: { id: frontendId(world, cluster, name) },
      },
    });
  }
  return id;
}
