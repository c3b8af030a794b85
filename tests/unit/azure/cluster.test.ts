import assert from "node:assert/strict";
import {
  AUTOSCALED,
  azureNames,
  maintenanceWindows,
  managedCluster,
  userPool,
  type ClusterInput,
  type ClusterSettings,
} from "../../../azure";

const pool = { vmSize: "Standard_D4ds_v5", min: 2, max: 5, maxPods: 30, maxSurgePercent: 33 };
const settings: ClusterSettings = {
  kubernetesVersion: "1.35",
  networkPlugin: "pod-subnet",
  networkPolicy: "calico",
  serviceCidr: "172.16.0.0/16",
  pools: { system: pool, user: { ...pool, max: 9 } },
  entra: { azureRbac: true, adminGroups: [] },
  localAccounts: false,
  workloadIdentity: true,
  tier: "Standard",
  upgradeChannel: "patch",
  nodeUpgradeChannel: "NodeImage",
};

function input(changed: Partial<ClusterSettings> = {}, zones: string[] = ["3", "1"]): ClusterInput {
  return {
    names: azureNames("global-mesh", "eastus"),
    location: "eastus",
    zones,
    tags: { owner: "mesh" },
    settings: { ...settings, ...changed },
  };
}

/** What a hardened cluster says by default, one row for each line of the design's list. */
const HARDENED: readonly [string, (cluster: ReturnType<typeof managedCluster>) => unknown, unknown][] = [
  ["Entra", (c) => c.aadProfile.managed, true],
  ["Azure RBAC", (c) => c.aadProfile.enableAzureRBAC, true],
  ["no local accounts", (c) => c.disableLocalAccounts, true],
  ["workload identity", (c) => c.securityProfile.workloadIdentity.enabled, true],
  ["OIDC issuer", (c) => c.oidcIssuerProfile.enabled, true],
  ["network policy", (c) => c.networkProfile.networkPolicy, "calico"],
  [
    "routable pods",
    (c) => [c.networkProfile.networkPlugin, "networkPluginMode" in c.networkProfile],
    ["azure", false],
  ],
  ["paid tier", (c) => c.sku.tier, "Standard"],
  [
    "upgrade channel",
    (c) => c.autoUpgradeProfile,
    { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
  ],
  ["Kubernetes as a minor alias", (c) => c.kubernetesVersion, "1.35"],
  ["nodes in all zones", (c) => c.agentPoolProfiles[0].availabilityZones, ["1", "3"]],
  ["no node with an address of its own", (c) => c.agentPoolProfiles[0].enableNodePublicIP, false],
  [
    "system pool for the system only",
    (c) => c.agentPoolProfiles[0].nodeTaints,
    ["CriticalAddonsOnly=true:NoSchedule"],
  ],
  ["a DNS address inside the Service range", (c) => c.networkProfile.dnsServiceIP, "172.16.0.10"],
  ["an outbound address of ours", (c) => c.networkProfile.outboundType, "loadBalancer"],
];

describe("the managed cluster", () => {
  for (const [what, read, expected] of HARDENED) {
    it(`has ${what}`, () => assert.deepEqual(read(managedCluster(input())), expected));
  }

  it("has one inline pool, whose number is the autoscaler's after creation", () => {
    const { agentPoolProfiles } = managedCluster(input());
    assert.equal(agentPoolProfiles.length, 1);
    const [system] = agentPoolProfiles;
    assert.deepEqual([system.name, system.mode], ["system", "System"]);
    assert.deepEqual([system.count, system.minCount, system.maxCount], [2, 2, 5]);
    assert.deepEqual(AUTOSCALED, { cluster: "agentPoolProfiles[0].count", pool: "count" });
  });

  it("follows each setting that loosens it", () => {
    const loose = managedCluster(
      input({
        localAccounts: true,
        workloadIdentity: false,
        tier: "Free",
        networkPolicy: "none",
        entra: { azureRbac: false, adminGroups: ["b", "a"] },
      }),
    );
    assert.equal(loose.disableLocalAccounts, false);
    assert.equal(loose.securityProfile.workloadIdentity.enabled, false);
    assert.equal(loose.sku.tier, "Free");
    assert.equal(loose.networkProfile.networkPolicy, "none");
    assert.deepEqual(loose.aadProfile, {
      managed: true,
      enableAzureRBAC: false,
      adminGroupObjectIDs: ["a", "b"],
    });
  });

  it("takes the Cilium data plane with its engine and only with it", () => {
    assert.equal(
      managedCluster(input({ networkPolicy: "cilium" })).networkProfile.networkDataplane,
      "cilium",
    );
    assert.equal(managedCluster(input()).networkProfile.networkDataplane, "azure");
  });

  it("names no zone where the Azure region has none", () => {
    assert.equal("availabilityZones" in managedCluster(input({}, [])).agentPoolProfiles[0], false);
  });
});

describe("the user pool", () => {
  it("runs applications: no taint, its own limits", () => {
    const user = userPool(input());
    assert.deepEqual([user.agentPoolName, user.mode, user.minCount, user.maxCount], ["user", "User", 2, 9]);
    assert.equal("nodeTaints" in user, false);
    assert.equal(user.upgradeSettings.maxSurge, "33%");
  });
});

describe("maintenance windows", () => {
  it("are weekly, for Kubernetes and for the nodes", () => {
    const window = { dayOfWeek: "Tuesday", startTime: "02:00", utcOffset: "-05:00", durationHours: 4 };
    const expected = {
      startTime: "02:00",
      utcOffset: "-05:00",
      durationHours: 4,
      schedule: { weekly: { dayOfWeek: "Tuesday", intervalWeeks: 1 } },
    };
    assert.deepEqual(maintenanceWindows(window), [
      { configName: "aksManagedAutoUpgradeSchedule", maintenanceWindow: expected },
      { configName: "aksManagedNodeOSUpgradeSchedule", maintenanceWindow: expected },
    ]);
  });

  it("are none where upgrades may come at any time", () => {
    assert.deepEqual(maintenanceWindows("any-time"), []);
  });
});
