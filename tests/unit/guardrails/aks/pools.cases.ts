import type { Cases } from "../support/cases";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const POOL = "azure-native:containerservice:AgentPool";
const EXCEPT = { settings: { except: ["eastus-cluster-pool-user"] } };

export const poolCases: Cases = {
  "aks-node-public-ip": {
    on: CLUSTER,
    mutate: { "agentPoolProfiles[0].enableNodePublicIP": true },
    says: /^agentPoolProfiles\[0\]\.enableNodePublicIP is true; allowed: false\.$/,
    absent: { change: { "agentPoolProfiles[0].enableNodePublicIP": undefined } },
    configured: {
      settings: { except: ["eastus-cluster-cluster"] },
      change: { "agentPoolProfiles[0].enableNodePublicIP": true },
    },
  },
  "aks-autoscaling": {
    on: POOL,
    mutate: { maxCount: 2 },
    says: /^maxCount is 2; allowed: more than minCount, which is 2\.$/,
    absent: {
      change: { enableAutoScaling: undefined },
      says: /^enableAutoScaling is not set; allowed: true\.$/,
    },
    configured: { ...EXCEPT, change: { enableAutoScaling: false } },
  },
  "aks-zones": {
    on: POOL,
    mutate: { availabilityZones: ["1"] },
    says: /^availabilityZones is \["1"\]; allowed: at least 2 zones\.$/,
    absent: { change: { availabilityZones: undefined }, says: /is not set/ },
    configured: { settings: { minimum: 1 }, change: { availabilityZones: ["1"] } },
  },
  "aks-system-pool": {
    on: CLUSTER,
    mutate: { "agentPoolProfiles[0].nodeTaints": ["other=true:NoSchedule"] },
    says: /^agentPoolProfiles\[0\]\.nodeTaints is \["other=true:NoSchedule"\]; allowed for mode System: Critical/,
    absent: { change: { "agentPoolProfiles[0].nodeTaints": undefined }, says: /is not set/ },
    configured: {
      settings: { except: ["eastus-cluster-cluster"] },
      change: { "agentPoolProfiles[0].nodeTaints": [] },
    },
  },
  "aks-max-surge": {
    on: POOL,
    mutate: { "upgradeSettings.maxSurge": "100%" },
    says: /^upgradeSettings\.maxSurge is "100%"; allowed: from 10% to 33% of the pool\.$/,
    absent: { change: { upgradeSettings: undefined }, says: /is not set/ },
    configured: { settings: { maxPercent: 50 }, change: { "upgradeSettings.maxSurge": "50%" } },
  },
  "aks-ephemeral-disk": {
    on: POOL,
    mutate: { osDiskType: "Managed" },
    says: /^osDiskType is "Managed"; allowed: Ephemeral\.$/,
    absent: { change: { osDiskType: undefined } },
    configured: { ...EXCEPT, change: { osDiskType: "Managed" } },
  },
  "aks-pool-version": {
    on: CLUSTER,
    mutate: { "agentPoolProfiles[0].orchestratorVersion": "1.30" },
    says: /^agentPoolProfiles\[0\]\.orchestratorVersion is "1\.30"; allowed: at least 1\.33\.$/,
    absent: { change: { "agentPoolProfiles[0].orchestratorVersion": undefined } },
    configured: { settings: { minimum: "2.0" }, says: /is "1\.35"; allowed: at least 2\.0\.$/ },
  },
};
