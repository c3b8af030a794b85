import { Cidr } from "../topology";
import type { AzureNames } from "./names";
import type { Tags } from "./network";
import type { ClusterSettings, MaintenanceSettings, PoolSettings } from "./settings";

/** Name of the pool that runs the system's own pods; part of the cluster resource. */
export const SYSTEM_POOL = "system";
/** Name of the pool that runs the mesh and the applications; a resource of its own. */
export const USER_POOL = "user";

/** Keeps all pods off a system node that do not say that the cluster cannot do without them. */
export const SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule";

/**
 * Paths of the cluster and of the pool whose changes are the autoscaler's, not ours. Only the number is
 * named: ignoring the whole list would send Azure pools that it refuses (pulumi-azure-native#2719), leaving
 * the number out is refused as well (pulumi-azure-native#2943).
 */
export const AUTOSCALED = { cluster: "agentPoolProfiles[0].count", pool: "count" } as const;

/** What a cluster is made from. */
export interface ClusterInput {
  readonly names: AzureNames;
  readonly location: string;
  /** Availability zones, empty where the Azure region has none. */
  readonly zones: readonly string[];
  readonly tags: Tags;
  readonly settings: ClusterSettings;
}

/** Fields that the inline pool and the pool of its own share. */
export interface PoolSpec {
  readonly mode: "System" | "User";
  readonly type: "VirtualMachineScaleSets";
  readonly osType: "Linux";
  readonly osSKU: "AzureLinux";
  readonly vmSize: string;
  readonly count: number;
  readonly enableAutoScaling: true;
  readonly minCount: number;
  readonly maxCount: number;
  readonly maxPods: number;
  readonly availabilityZones?: string[];
  readonly enableNodePublicIP: false;
  readonly nodeTaints?: string[];
  readonly orchestratorVersion: string;
  readonly upgradeSettings: { readonly maxSurge: string };
}

/** The cluster resource without ids: subnets, identity, egress address and API ranges are added by the component. */
export type ManagedClusterSpec = ReturnType<typeof managedCluster>;

/** A hardened AKS cluster; each choice says why it stands. */
export function managedCluster(input: ClusterInput) {
  const { names, settings } = input;
  return {
    resourceName: names.cluster,
    location: input.location,
    tags: input.tags,
    dnsPrefix: names.cluster,
    // A name of our own instead of MC_…: what AKS leaves behind can be looked for.
    nodeResourceGroup: names.nodeResourceGroup,
    // A minor version is an alias: AKS takes the newest patch and the upgrade channel may move it, and the
    // setting still reads the same, so that an automatic patch is no drift.
    kubernetesVersion: settings.kubernetesVersion,
    // The free tier has no agreed availability and slows a busy API server
    // (Azure Proactive Resiliency Library, managedClusters: "use the Standard tier").
    sku: { name: "Base", tier: settings.tier },
    enableRBAC: true,
    // People and pipelines sign in by Entra and get rights by Azure roles (CIS AKS 5.5.1, 5.5.2).
    aadProfile: {
      managed: true,
      enableAzureRBAC: settings.entra.azureRbac,
      ...(settings.entra.adminGroups.length === 0
        ? {}
        : { adminGroupObjectIDs: settings.entra.adminGroups.toSorted() }),
    },
    // The static administrator certificate cannot be taken back from one person (Checkov CKV_AZURE_141).
    disableLocalAccounts: !settings.localAccounts,
    // Workloads get Azure rights by their service account, which the issuer vouches for: no secret in a pod.
    oidcIssuerProfile: { enabled: settings.workloadIdentity },
    securityProfile: {
      workloadIdentity: { enabled: settings.workloadIdentity },
      // Images that nothing uses keep their known holes on the node.
      imageCleaner: { enabled: true, intervalHours: 168 },
    },
    networkProfile: networkProfile(settings),
    autoUpgradeProfile: {
      // Patches of Kubernetes come by themselves within the minor; a new minor stays our decision.
      upgradeChannel: settings.upgradeChannel,
      nodeOSUpgradeChannel: settings.nodeUpgradeChannel,
    },
    // Which pool grows: the one that leaves least idle. Pools of alike nodes (same size, labels and taints) would be
    // kept equally large, as one pool per zone wants it; the two here differ by a taint, so it waits for those.
    // It spreads no pods over zones: the scheduler does that.
    autoScalerProfile: { balanceSimilarNodeGroups: "true", expander: "least-waste" },
    agentPoolProfiles: [{ name: SYSTEM_POOL, ...pool("System", input, settings.pools.system) }],
  } as const;
}

/** The pool of the mesh and the applications. Its own resource: it changes without an update of the cluster. */
export function userPool(input: ClusterInput) {
  return {
    agentPoolName: USER_POOL,
    ...pool("User", input, input.settings.pools.user),
    tags: input.tags,
  } as const;
}

function pool(mode: "System" | "User", input: ClusterInput, settings: PoolSettings): PoolSpec {
  return {
    mode,
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    vmSize: settings.vmSize,
    // Only the start: afterwards the autoscaler owns it, see AUTOSCALED.
    count: settings.min,
    enableAutoScaling: true,
    minCount: settings.min,
    maxCount: settings.max,
    maxPods: settings.maxPods,
    // One failed zone leaves the region standing (Azure Proactive Resiliency Library).
    ...(input.zones.length === 0 ? {} : { availabilityZones: input.zones.toSorted() }),
    // A node with an address of its own can be called around the gateway (Checkov CKV_AZURE_143).
    enableNodePublicIP: false,
    // Applications that go wild must not starve CoreDNS and the metrics server (Checkov CKV_AZURE_232).
    ...(mode === "System" ? { nodeTaints: [SYSTEM_TAINT] } : {}),
    orchestratorVersion: input.settings.kubernetesVersion,
    // More than the default of one node: an upgrade of a large pool ends within its window.
    upgradeSettings: { maxSurge: `${settings.maxSurgePercent}%` },
  };
}

function networkProfile(settings: ClusterSettings) {
  return {
    // Pods have addresses of the virtual network, which peers can route to: what a flat mesh rests on.
    networkPlugin: "azure",
    // Without an engine a NetworkPolicy object is silently ignored (CIS AKS 5.4.4). Where no object selects
    // a pod everything is let through, so peers' pods are admitted; no such object is made yet.
    networkPolicy: settings.networkPolicy,
    // Cilium's engine is part of its data plane and not to be had without; it works with Istio (Azure/AKS#4129).
    networkDataplane: settings.networkPolicy === "cilium" ? "cilium" : "azure",
    serviceCidr: settings.serviceCidr,
    dnsServiceIP: dnsServiceAddress(settings.serviceCidr),
    loadBalancerSku: "standard",
    // Nodes leave by an address that we made, so that peers can let it in before a node exists.
    outboundType: "loadBalancer",
  } as const;
}

/** Azure wants it inside the range and not its first address, which is the API server's Service. */
export function dnsServiceAddress(serviceCidr: string): string {
  return Cidr.parse(serviceCidr).address(10);
}

/** Names that AKS knows: the weekly windows of Kubernetes upgrades and of the nodes' images. */
export const MAINTENANCE_WINDOWS = [
  "aksManagedAutoUpgradeSchedule",
  "aksManagedNodeOSUpgradeSchedule",
] as const;

/** Windows for automatic upgrades, so that they do not come in the middle of a working day. */
export function maintenanceWindows(settings: MaintenanceSettings) {
  if (settings === "any-time") return [];
  const { dayOfWeek, ...window } = settings;
  return MAINTENANCE_WINDOWS.map((configName) => ({
    configName,
    maintenanceWindow: { ...window, schedule: { weekly: { dayOfWeek, intervalWeeks: 1 } } },
  }));
}
