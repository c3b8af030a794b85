import type { Subject } from "../../../../guardrails/rule";
import type { Cases, Change } from "../support/cases";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const WINDOW = "azure-native:containerservice:MaintenanceConfiguration";
const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";
const WORKSPACE = "azure-native:operationalinsights:Workspace";
const EXCEPT = { settings: { except: ["eastus-cluster-cluster"] } };

const without =
  (is: (subject: Subject) => boolean): Change =>
  (subjects) =>
    subjects.filter((subject) => !is(subject));

export const clusterCases: Cases = {
  "aks-network-policy": {
    on: CLUSTER,
    mutate: { "networkProfile.networkPolicy": "none" },
    says: /^networkProfile\.networkPolicy is "none"; allowed: calico, cilium, azure\.$/,
    absent: { change: { "networkProfile.networkPolicy": undefined }, says: /is not set/ },
    configured: { settings: { engines: ["cilium"] }, says: /is "calico"; allowed: cilium\.$/ },
  },
  "aks-network-plugin": {
    on: CLUSTER,
    mutate: { "networkProfile.networkPlugin": "kubenet" },
    says: /^networkProfile\.networkPlugin is "kubenet"; allowed: azure, none\.$/,
    absent: { change: { "networkProfile.networkPlugin": undefined }, says: /is not set/ },
    configured: { settings: { plugins: ["kubenet"] }, change: { "networkProfile.networkPlugin": "Kubenet" } },
  },
  "aks-load-balancer": {
    on: CLUSTER,
    mutate: { "networkProfile.loadBalancerSku": "Basic" },
    says: /^networkProfile\.loadBalancerSku is "Basic"; allowed: standard\.$/,
    absent: { change: { "networkProfile.loadBalancerSku": undefined } },
    configured: { ...EXCEPT, change: { "networkProfile.loadBalancerSku": "basic" } },
  },
  "aks-dns-service-ip": {
    on: CLUSTER,
    mutate: { "networkProfile.dnsServiceIP": "10.0.0.10" },
    says: /^networkProfile\.dnsServiceIP is "10\.0\.0\.10"; allowed: an address of 172\.16\.0\.0\/16 .* 172\.16\.0\.10\.$/,
    absent: {
      change: { "networkProfile.dnsServiceIP": undefined },
      says: /dnsServiceIP is not set, for which Azure takes "10\.0\.0\.10"; allowed: an address of 172/,
    },
    configured: { ...EXCEPT, change: { "networkProfile.dnsServiceIP": "172.16.0.1" } },
  },
  "aks-reserved-ranges": {
    on: CLUSTER,
    mutate: { "networkProfile.podCidr": "172.30.8.0/22" },
    says: /^ManagedCluster eastus-cluster-cluster: networkProfile\.podCidr is "172\.30\.8\.0\/22"; allowed: ranges apart from 172\.30\.0\.0\/16/,
    absent: { change: { "networkProfile.podCidr": undefined } },
    configured: { ...EXCEPT, change: { "networkProfile.podCidr": "172.31.0.0/20" } },
  },
  "aks-tier": {
    on: CLUSTER,
    mutate: { "sku.tier": "Free" },
    says: /^sku\.tier is "Free"; allowed: Standard, Premium\.$/,
    absent: { change: { sku: undefined }, says: /^sku\.tier is not set/ },
    configured: { settings: { tiers: ["Premium"] }, says: /is "Standard"; allowed: Premium\.$/ },
  },
  "aks-version": {
    on: CLUSTER,
    mutate: { kubernetesVersion: "1.29.4" },
    says: /^kubernetesVersion is "1\.29\.4"; allowed: at least 1\.33\.$/,
    absent: { change: { kubernetesVersion: undefined } },
    configured: { settings: { minimum: "1.36" }, says: /is "1\.35"; allowed: at least 1\.36\.$/ },
  },
  "aks-upgrade-channel": {
    on: CLUSTER,
    mutate: { "autoUpgradeProfile.upgradeChannel": "none" },
    says: /^autoUpgradeProfile\.upgradeChannel is "none"; allowed: patch, stable, /,
    absent: { change: { "autoUpgradeProfile.upgradeChannel": undefined }, says: /is not set/ },
    configured: { settings: { channels: ["stable"] }, says: /is "patch"; allowed: stable\.$/ },
  },
  "aks-node-upgrade-channel": {
    on: CLUSTER,
    mutate: { "autoUpgradeProfile.nodeOSUpgradeChannel": "Unmanaged" },
    says: /^autoUpgradeProfile\.nodeOSUpgradeChannel is "Unmanaged"; allowed: NodeImage, SecurityPatch\.$/,
    // The default is not the same in every API version.
    absent: { change: { "autoUpgradeProfile.nodeOSUpgradeChannel": undefined }, says: /not set; allowed/ },
    configured: {
      settings: { channels: ["SecurityPatch"] },
      says: /is "NodeImage"; allowed: SecurityPatch\.$/,
    },
  },
  "aks-maintenance-window": {
    on: WINDOW,
    mutate: { configName: "default" },
    says: /^Cluster eastus-cluster-cluster: no MaintenanceConfiguration with configName aksManaged\w+ belongs to it/,
    absent: {
      change: without(({ type }) => type === WINDOW),
      says: /^Cluster .*: no MaintenanceConfiguration/,
    },
    configured: { ...EXCEPT, change: { resourceName: "another-cluster" } },
  },
  "aks-image-cleaner": {
    on: CLUSTER,
    mutate: { "securityProfile.imageCleaner.enabled": false },
    says: /^securityProfile\.imageCleaner\.enabled is false; allowed: true\.$/,
    absent: { change: { "securityProfile.imageCleaner": undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { "securityProfile.imageCleaner.enabled": false } },
  },
  "aks-retired-addons": {
    on: CLUSTER,
    mutate: { "addonProfiles.kubeDashboard.enabled": true },
    says: /^addonProfiles\.kubeDashboard\.enabled is true; allowed: false, or the add-on left out\.$/,
    absent: { change: { addonProfiles: undefined } },
    configured: {
      settings: { retired: ["openServiceMesh"] },
      change: { "addonProfiles.httpApplicationRouting.enabled": true },
    },
  },
  "aks-control-plane-logs": {
    on: DIAGNOSTICS,
    mutate: without(({ type }) => type === DIAGNOSTICS),
    says: /^Cluster eastus-cluster-cluster: no DiagnosticSetting has it for its resourceUri/,
    absent: { change: { resourceUri: undefined }, says: /no DiagnosticSetting/ },
    configured: { ...EXCEPT, change: { resourceUri: "/subscriptions/s/managedClusters/another-cluster" } },
  },
  "aks-audit-logs": {
    on: DIAGNOSTICS,
    mutate: { "logs[3].enabled": false },
    says: /^logs keeps .*"guard".*; allowed: kube-audit-admin among them, enabled\.$/,
    absent: { change: { logs: undefined } },
    configured: { settings: { categories: ["kube-apiserver"] }, says: /allowed: kube-apiserver among them/ },
  },
  "log-retention": {
    on: WORKSPACE,
    mutate: { retentionInDays: 7 },
    says: /^retentionInDays is 7; allowed: at least 30\.$/,
    absent: { change: { retentionInDays: undefined } },
    configured: { settings: { minimumDays: 90 }, says: /is 30; allowed: at least 90\.$/ },
  },
};
