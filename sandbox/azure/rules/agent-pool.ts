import { badRequest, conflict } from "../errors";
import { parseId, sameId } from "../ids";
import { fill, obj, objects, str, strings, type ArmResource, type Behaviour, type World } from "../model";
import type { JsonObject } from "../shapes";
import { minorOf, offered, resolveVersion } from "./versions";

export const CLUSTER = "Microsoft.ContainerService/managedClusters";
export const POOL = `${CLUSTER}/agentPools`;

export const clusterOf = (poolId: string): string => parseId(poolId)?.parent ?? "";
export const poolsOf = (world: World, cluster: string): ArmResource[] =>
  world.all(POOL).filter((pool) => sameId(clusterOf(pool.id), cluster));

const bad = (message: string, code = "InvalidParameter") => badRequest(code, message);

/** What a pool may not be, whether inline or alone. */
export function admitPool(world: World, cluster: ArmResource, name: string, pool: JsonObject): void {
  const mode = str(pool["mode"]) ?? "User";
  const [count, min, max] = [pool["count"], pool["minCount"], pool["maxCount"]];
  if (pool["enableAutoScaling"] === true) {
    if (typeof min !== "number" || typeof max !== "number")
      throw bad(`Agent pool '${name}' enables autoscaling: minCount and maxCount are required.`);
    if (min > max) throw bad(`Agent pool '${name}': minCount ${min} is more than maxCount ${max}.`);
    if (typeof count === "number" && (count < min || count > max))
      throw bad(`Agent pool '${name}': count ${count} lies outside minCount ${min} to maxCount ${max}.`);
    if (mode === "System" && min < 1)
      throw bad(`System agent pool '${name}' needs a minCount of at least 1.`);
  } else if (typeof min === "number" || typeof max === "number") {
    throw bad(`Agent pool '${name}': minCount and maxCount are only allowed with enableAutoScaling.`);
  }
  if (mode === "System" && count === 0) throw bad(`System agent pool '${name}' needs at least one node.`);
  const plugin = str(obj(cluster.properties["networkProfile"])["networkPlugin"]) ?? "kubenet";
  const overlay = str(obj(cluster.properties["networkProfile"])["networkPluginMode"]) === "overlay";
  const [nodes, pods] = [str(pool["vnetSubnetID"]), str(pool["podSubnetID"])];
  for (const subnet of [nodes, pods]) {
    if (subnet !== undefined && !world.get(subnet))
      throw bad(
        `Agent pool '${name}' refers to subnet ${subnet}, which was not found.`,
        "InvalidResourceReference",
      );
  }
  if (nodes !== undefined && objects(world.get(nodes)?.properties["delegations"]).length > 0)
    throw bad(
      `AgentPoolProfile.VnetSubnetID ${nodes} cannot be used as it's a delegated subnet. Please check https://aka.ms/adv-network-prerequest for more details.`,
      "SubnetIsDelegated",
    );
  if (pods === undefined) return;
  if (plugin !== "azure" || overlay)
    throw bad(
      `Agent pool '${name}' has a podSubnetID: it needs networkPlugin azure without networkPluginMode overlay.`,
    );
  if (nodes === undefined) throw bad(`Agent pool '${name}' has a podSubnetID but no vnetSubnetID.`);
  if (sameId(nodes, pods))
    throw bad(`Agent pool '${name}': podSubnetID and vnetSubnetID must be two subnets.`);
  if (!sameId(clusterNetwork(nodes), clusterNetwork(pods)))
    throw bad(`Agent pool '${name}': podSubnetID and vnetSubnetID must lie in the same virtual network.`);
}

export const clusterNetwork = (subnet: string): string => parseId(subnet)?.parent ?? "";

/** What AKS writes back into a pool. */
export function completePool(cluster: ArmResource, pool: JsonObject, previous: JsonObject | undefined): void {
  const asked = str(pool["orchestratorVersion"]) ?? str(cluster.properties["kubernetesVersion"]) ?? "";
  const network = obj(cluster.properties["networkProfile"]);
  const maxPods =
    str(network["networkPluginMode"]) === "overlay"
      ? 250
      : str(network["networkPlugin"]) === "azure"
        ? 30
        : 110;
  // With the autoscaler on, the number of nodes is its own affair once the pool stands.
  if (pool["enableAutoScaling"] === true && typeof previous?.["count"] === "number")
    pool["count"] = previous["count"];
  const count = pool["enableAutoScaling"] === true ? (pool["minCount"] ?? 1) : 1;
  fill(pool, {
    count,
    enableFIPS: false,
    kubeletDiskType: "OS",
    maxPods,
    mode: "User",
    orchestratorVersion: asked,
    osDiskSizeGB: 128,
    osDiskType: "Managed",
    osSKU: "Ubuntu",
    osType: "Linux",
    scaleDownMode: "Delete",
    securityProfile: { enableSecureBoot: false, enableVTPM: false, sshAccess: "LocalUser" },
    type: "VirtualMachineScaleSets",
    upgradeSettings: { maxSurge: "10%", maxUnavailable: "0" },
    vmSize: "Standard_D4s_v5",
    workloadRuntime: "OCIContainer",
  });
  pool["powerState"] = { code: "Running" };
  pool["currentOrchestratorVersion"] = resolveVersion(asked) ?? asked;
  const sku = str(pool["osSKU"]) ?? "Ubuntu";
  pool["nodeImageVersion"] = str(previous?.["nodeImageVersion"]) ?? `AKS${sku}-gen2-202610.20.0`;
}

export const agentPool: Behaviour = {
  admit(world, next, previous) {
    const cluster = world.get(clusterOf(next.id));
    if (!cluster) return;
    if (str(next.properties["vmSize"]) === undefined && !previous)
      throw bad(`Agent pool '${next.name}' needs a vmSize.`);
    admitPool(world, cluster, next.name, next.properties);
    const version = str(next.properties["orchestratorVersion"]);
    if (version !== undefined) {
      const own = str(cluster.properties["currentKubernetesVersion"]) ?? "";
      if (resolveVersion(version) === undefined)
        throw bad(
          `Version ${version} is not supported in this region. Supported: ${offered().join(", ")}.`,
          "K8sVersionNotSupported",
        );
      if (minorOf(version) > minorOf(own))
        throw bad(
          `Node pool version ${version} and control plane version ${own} are incompatible. Node pool version cannot be greater than control plane version.`,
          "NodePoolMcVersionIncompatible",
        );
    }
    const subnet = str(next.properties["vnetSubnetID"]);
    const other = poolsOf(world, cluster.id).find((pool) => !sameId(pool.id, next.id));
    const theirs = str(other?.properties["vnetSubnetID"]);
    if (other && (subnet === undefined) !== (theirs === undefined))
      throw bad(`Agent pool '${next.name}': all agent pools of a cluster need a vnetSubnetID, or none.`);
    if (
      subnet !== undefined &&
      theirs !== undefined &&
      !sameId(clusterNetwork(subnet), clusterNetwork(theirs))
    )
      throw bad(
        `Agent pool '${next.name}': all agent pools must lie in the same virtual network, ${clusterNetwork(theirs)}.`,
      );
    if (
      previous &&
      str(previous.properties["mode"]) === "System" &&
      str(next.properties["mode"]) !== "System"
    )
      refuseLastSystemPool(world, next);
  },
  complete(world, next, previous) {
    const cluster = world.get(clusterOf(next.id));
    if (cluster) completePool(cluster, next.properties, previous?.properties);
    next.properties["eTag"] = world.uuid();
  },
  admitDelete(world, pool, goes) {
    if (goes(clusterOf(pool.id))) return;
    if (str(pool.properties["mode"]) === "System") refuseLastSystemPool(world, pool);
  },
};

function refuseLastSystemPool(world: World, pool: ArmResource): void {
  const others = poolsOf(world, clusterOf(pool.id)).filter((one) => !sameId(one.id, pool.id));
  if (others.some((one) => str(one.properties["mode"]) === "System")) return;
  throw conflict(
    "OperationNotAllowed",
    `There has to be at least one system agent pool: '${pool.name}' is the last one of its cluster.`,
  );
}

/** Zones, for sentences and defaults. */
export const zonesOf = (pool: JsonObject): string[] => strings(pool["availabilityZones"]);
