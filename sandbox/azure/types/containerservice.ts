/** Microsoft.ContainerService, API version 2025-09-01. */
import { agentPool } from "../rules/agent-pool";
import { managedCluster } from "../rules/managed-cluster";
import { maintenance } from "../rules/maintenance";
import type { ArmType } from "../model";
import { POOL_NAME, poolFields } from "./agent-pool";
import {
  fixed,
  flag,
  forever,
  keys,
  list,
  map,
  matching,
  object,
  readOnly,
  replaces,
  required,
  tags,
  text,
  whole,
  type Fields,
} from "../shapes";

const apiVersions = ["2025-09-01", "2025-05-01", "2025-10-01"];
const enabled = object({ enabled: flag });
const mustEnable = object({ enabled: required(flag) });
const references = list(object({ id: required(text()) }));

const autoScaler = Object.fromEntries(
  [
    "balance-similar-node-groups",
    "max-empty-bulk-delete",
    "max-graceful-termination-sec",
    "max-node-provision-time",
    "max-total-unready-percentage",
    "new-pod-scale-up-delay",
    "ok-total-unready-count",
    "scale-down-delay-after-add",
    "scale-down-delay-after-delete",
    "scale-down-delay-after-failure",
    "scale-down-unneeded-time",
    "scale-down-unready-time",
    "scale-down-utilization-threshold",
    "scan-interval",
    "skip-nodes-with-local-storage",
    "skip-nodes-with-system-pods",
  ].map((name) => [name, text()]),
);

const networkProfile = object({
  advancedNetworking: object({
    enabled: flag,
    observability: enabled,
    security: object({ enabled: flag, advancedNetworkPolicies: text("None", "FQDN", "L7") }),
  }),
  dnsServiceIP: forever(text()),
  ipFamilies: list(text("IPv4", "IPv6")),
  loadBalancerProfile: object({
    allocatedOutboundPorts: whole(0, 64000),
    backendPoolType: text("NodeIPConfiguration", "NodeIP"),
    enableMultipleStandardLoadBalancers: flag,
    idleTimeoutInMinutes: whole(4, 120),
    managedOutboundIPs: object({ count: whole(1, 100), countIPv6: whole(0, 100) }),
    outboundIPs: object({ publicIPs: references }),
    effectiveOutboundIPs: readOnly(references),
  }),
  loadBalancerSku: fixed(text("standard")),
  natGatewayProfile: object({
    idleTimeoutInMinutes: whole(4, 120),
    managedOutboundIPProfile: object({ count: whole(1, 16) }),
  }),
  networkDataplane: replaces(text("azure", "cilium")),
  networkMode: forever(text("transparent", "bridge")),
  networkPlugin: replaces(text("azure", "kubenet", "none")),
  networkPluginMode: replaces(text("overlay")),
  networkPolicy: replaces(text("none", "calico", "azure", "cilium")),
  outboundType: replaces(
    text("loadBalancer", "userDefinedRouting", "managedNATGateway", "userAssignedNATGateway", "none"),
  ),
  podCidr: replaces(text()),
  podCidrs: list(text()),
  serviceCidr: forever(text()),
  serviceCidrs: forever(list(text())),
});

const clusterFields: Fields = {
  aadProfile: object({
    adminGroupObjectIDs: list(text()),
    enableAzureRBAC: flag,
    managed: flag,
    tenantID: text(),
  }),
  addonProfiles: map(object({ enabled: required(flag), config: map(text()) })),
  agentPoolProfiles: list(object({ name: required(matching(POOL_NAME.pattern)), ...poolFields })),
  apiServerAccessProfile: object({
    authorizedIPRanges: list(text()),
    disableRunCommand: flag,
    enablePrivateCluster: fixed(flag),
    enablePrivateClusterPublicFQDN: flag,
    enableVnetIntegration: flag,
    privateDNSZone: fixed(text()),
    subnetId: text(),
  }),
  autoScalerProfile: object({
    ...autoScaler,
    expander: text("least-waste", "most-pods", "priority", "random"),
    "daemonset-eviction-for-empty-nodes": flag,
    "daemonset-eviction-for-occupied-nodes": flag,
    "ignore-daemonsets-utilization": flag,
  }),
  autoUpgradeProfile: object({
    nodeOSUpgradeChannel: text("None", "Unmanaged", "NodeImage", "SecurityPatch"),
    upgradeChannel: text("none", "patch", "stable", "rapid", "node-image"),
  }),
  azureMonitorProfile: object({
    metrics: object({
      enabled: required(flag),
      kubeStateMetrics: object({ metricAnnotationsAllowList: text(), metricLabelsAllowlist: text() }),
    }),
  }),
  bootstrapProfile: object({ artifactSource: text("Direct", "Cache"), containerRegistryId: text() }),
  disableLocalAccounts: flag,
  diskEncryptionSetID: forever(text()),
  dnsPrefix: forever(text()),
  enableRBAC: fixed(flag),
  fqdnSubdomain: forever(text()),
  identityProfile: map(object({ clientId: text(), objectId: text(), resourceId: text() })),
  kubernetesVersion: text(),
  metricsProfile: object({ costAnalysis: enabled }),
  networkProfile,
  nodeProvisioningProfile: object({ mode: text("Manual", "Auto"), defaultNodePools: text("None", "Auto") }),
  nodeResourceGroup: forever(text()),
  nodeResourceGroupProfile: object({ restrictionLevel: text("Unrestricted", "ReadOnly") }),
  oidcIssuerProfile: object({ enabled: flag, issuerURL: readOnly(text()) }),
  publicNetworkAccess: text("Enabled", "Disabled"),
  securityProfile: object({
    defender: object({ logAnalyticsWorkspaceResourceId: text(), securityMonitoring: enabled }),
    imageCleaner: object({ enabled: flag, intervalHours: whole(24, 2160) }),
    workloadIdentity: enabled,
  }),
  storageProfile: object({
    blobCSIDriver: enabled,
    diskCSIDriver: enabled,
    fileCSIDriver: enabled,
    snapshotController: enabled,
  }),
  supportPlan: text("KubernetesOfficial", "AKSLongTermSupport"),
  upgradeSettings: object({ overrideSettings: object({ forceUpgrade: flag, until: text() }) }),
  workloadAutoScalerProfile: object({ keda: mustEnable, verticalPodAutoscaler: mustEnable }),
  azurePortalFQDN: readOnly(text()),
  currentKubernetesVersion: readOnly(text()),
  fqdn: readOnly(text()),
  maxAgentPools: readOnly(whole()),
  powerState: readOnly(object({ code: text() })),
  privateFQDN: readOnly(text()),
  provisioningState: readOnly(text()),
  resourceUID: readOnly(text()),
};

const weekDay = text("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");
const dates = required(text());

export const containerServiceTypes: readonly ArmType[] = [
  {
    type: "Microsoft.ContainerService/managedClusters",
    apiVersions,
    name: {
      pattern: /^[A-Za-z0-9]([-_A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
      words: "1 to 63 letters, digits, '-' or '_', with a letter or digit at both ends",
    },
    top: {
      location: required(replaces(text())),
      tags,
      sku: object({ name: text("Base", "Automatic"), tier: text("Free", "Standard", "Premium") }),
      identity: object({
        type: text("SystemAssigned", "UserAssigned", "None"),
        userAssignedIdentities: keys,
        principalId: readOnly(text()),
        tenantId: readOnly(text()),
      }),
      kind: text("Base"),
    },
    properties: clusterFields,
    longRunning: true,
    behaviour: managedCluster,
  },
  {
    type: "Microsoft.ContainerService/managedClusters/agentPools",
    apiVersions,
    name: POOL_NAME,
    top: {},
    properties: { ...poolFields, vmSize: forever(text()) },
    longRunning: true,
    behaviour: agentPool,
  },
  {
    type: "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
    apiVersions,
    name: {
      pattern: /^(default|aksManagedAutoUpgradeSchedule|aksManagedNodeOSUpgradeSchedule)$/,
      words: "default, aksManagedAutoUpgradeSchedule or aksManagedNodeOSUpgradeSchedule",
    },
    top: {},
    properties: {
      maintenanceWindow: object({
        durationHours: required(whole(4, 24)),
        notAllowedDates: list(object({ start: dates, end: dates })),
        schedule: required(
          object({
            absoluteMonthly: object({
              dayOfMonth: required(whole(1, 31)),
              intervalMonths: required(whole(1, 6)),
            }),
            daily: object({ intervalDays: required(whole(1, 7)) }),
            relativeMonthly: object({
              dayOfWeek: required(weekDay),
              intervalMonths: required(whole(1, 6)),
              weekIndex: required(text("First", "Second", "Third", "Fourth", "Last")),
            }),
            weekly: object({ dayOfWeek: required(weekDay), intervalWeeks: required(whole(1, 4)) }),
          }),
        ),
        startDate: matching(/^\d{4}-\d{2}-\d{2}$/),
        startTime: required(matching(/^\d{2}:\d{2}$/)),
        utcOffset: matching(/^[+-]\d{2}:\d{2}$/),
      }),
      notAllowedTime: list(object({ start: text(), end: text() })),
      timeInWeek: list(object({ day: weekDay, hourSlots: list(whole(0, 23)) })),
    },
    longRunning: false,
    behaviour: maintenance,
  },
];
