import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UNKNOWN, type PlainMap } from "../../../sandbox/plugins/wire";
import { diffOf, refreshedInputs } from "../../../sandbox/plugins/azure-native/diff";
import { tokenOf } from "../../../sandbox/plugins/azure-native/tokens";
import { ADDRESS, CLUSTER, ip, NETWORK, SUBNET, vnet } from "./support";

describe("diff", () => {
  const clusterInputs: PlainMap = {
    resourceGroupName: "g",
    resourceName: "c",
    location: "eastus",
    dnsPrefix: "c",
    networkProfile: { serviceCidr: "10.96.0.0/16", loadBalancerProfile: { idleTimeoutInMinutes: 4 } },
    agentPoolProfiles: [{ name: "system", vmSize: "A", count: 1 }],
    identity: { type: "UserAssigned", userAssignedIdentities: ["a"] },
  };
  const peering: PlainMap = {
    resourceGroupName: "g",
    virtualNetworkName: "v",
    virtualNetworkPeeringName: "p",
  };
  const rows: [string, string, PlainMap, PlainMap, string, boolean][] = [
    ["a name", ADDRESS, ip, { ...ip, publicIpAddressName: "other" }, "publicIpAddressName", true],
    ["a group", ADDRESS, ip, { ...ip, resourceGroupName: "other" }, "resourceGroupName", true],
    ["a location", ADDRESS, { ...ip, location: "eastus" }, { ...ip, location: "westus" }, "location", true],
    ["the SKU of an address", ADDRESS, ip, { ...ip, sku: { name: "StandardV2" } }, "sku.name", true],
    ["a label", ADDRESS, ip, { ...ip, dnsSettings: { domainNameLabel: "x" } }, "dnsSettings", false],
    ["tags", NETWORK, vnet, { ...vnet, tags: { a: "b" } }, "tags", false],
    [
      "an address space",
      NETWORK,
      vnet,
      { ...vnet, addressSpace: { addressPrefixes: ["10.2.0.0/16"] } },
      "addressSpace.addressPrefixes[0]",
      false,
    ],
    [
      "the prefix of a subnet",
      SUBNET,
      { subnetName: "s", addressPrefix: "a" },
      { subnetName: "s", addressPrefix: "b" },
      "addressPrefix",
      false,
    ],
    [
      "a peering's other side",
      "azure-native:network:VirtualNetworkPeering",
      { ...peering, remoteVirtualNetwork: { id: "a" } },
      { ...peering, remoteVirtualNetwork: { id: "b" } },
      "remoteVirtualNetwork.id",
      false,
    ],
    ["dnsPrefix", CLUSTER, clusterInputs, { ...clusterInputs, dnsPrefix: "d" }, "dnsPrefix", true],
    [
      "the Service range",
      CLUSTER,
      clusterInputs,
      {
        ...clusterInputs,
        networkProfile: { serviceCidr: "10.97.0.0/16", loadBalancerProfile: { idleTimeoutInMinutes: 4 } },
      },
      "networkProfile.serviceCidr",
      true,
    ],
    [
      "the load balancer",
      CLUSTER,
      clusterInputs,
      {
        ...clusterInputs,
        networkProfile: { serviceCidr: "10.96.0.0/16", loadBalancerProfile: { idleTimeoutInMinutes: 5 } },
      },
      "networkProfile.loadBalancerProfile.idleTimeoutInMinutes",
      false,
    ],
    [
      "an inline pool's machine",
      CLUSTER,
      clusterInputs,
      { ...clusterInputs, agentPoolProfiles: [{ name: "system", vmSize: "B", count: 1 }] },
      "agentPoolProfiles[0].vmSize",
      false,
    ],
    [
      "a pool's machine",
      "azure-native:containerservice:AgentPool",
      { vmSize: "A" },
      { vmSize: "B" },
      "vmSize",
      true,
    ],
    [
      "a pool's size",
      "azure-native:containerservice:AgentPool",
      { maxCount: 3 },
      { maxCount: 4 },
      "maxCount",
      false,
    ],
    [
      "a principal",
      "azure-native:authorization:RoleAssignment",
      { principalId: "a" },
      { principalId: "b" },
      "principalId",
      true,
    ],
    [
      "an unknown principal",
      "azure-native:authorization:RoleAssignment",
      { principalId: "a" },
      { principalId: UNKNOWN },
      "principalId",
      true,
    ],
    [
      "a role",
      "azure-native:authorization:RoleAssignment",
      { roleDefinitionId: "a" },
      { roleDefinitionId: "b" },
      "roleDefinitionId",
      false,
    ],
    [
      "an identity's location",
      "azure-native:managedidentity:UserAssignedIdentity",
      { location: "eastus" },
      { location: "westus" },
      "location",
      true,
    ],
    [
      "retention",
      "azure-native:operationalinsights:Workspace",
      { retentionInDays: 30 },
      { retentionInDays: 60 },
      "retentionInDays",
      false,
    ],
  ];
  for (const [what, type, olds, news, at, replaces] of rows) {
    it(`${what} ${replaces ? "replaces" : "updates"}`, () => {
      const result = diffOf(tokenOf(type), olds, news);
      assert.deepEqual(Object.keys(result.detailed ?? {}), [at]);
      assert.equal(result.replaces.length > 0, replaces);
      assert.equal(result.deleteBeforeReplace, replaces);
      assert.equal((result.detailed?.[at] ?? "").endsWith("-replace"), replaces);
    });
  }

  it("sees nothing in the same inputs, in two spellings of a location, or in our own mark", () => {
    const one = { ...ip, location: "East US", __createBeforeDelete: true };
    assert.equal(diffOf(tokenOf(ADDRESS), one, { ...ip, location: "eastus" }).changed, false);
  });

  it("lets resources with made-up names stand beside their replacement", () => {
    const olds = { ...ip, location: "eastus", __createBeforeDelete: true };
    assert.equal(diffOf(tokenOf(ADDRESS), olds, { ...olds, location: "westus" }).deleteBeforeReplace, false);
  });
});

describe("inputs after a refresh", () => {
  it("carries over nested changes and leaves the rest of the inputs alone", () => {
    const inputs = { a: { b: 1, extra: "mine" }, list: [{ x: 1 }], gone: 1 };
    const before = { a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }], gone: 1 };
    const now = { a: { b: 9, c: 2 }, list: [{ x: 1, y: 2 }, { x: 2 }] };
    assert.deepEqual(refreshedInputs(inputs, before, now), {
      a: { b: 9, extra: "mine" },
      list: [{ x: 1 }, { x: 2 }],
    });
  });
});
