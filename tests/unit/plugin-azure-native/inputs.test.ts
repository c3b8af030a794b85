import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { UNKNOWN, type PlainMap } from "../../../sandbox/plugins/wire";
import {
  ADDRESS,
  CLUSTER,
  GROUP,
  ip,
  NETWORK,
  providerBench,
  SUBNET,
  vnet,
  type ProviderBench,
} from "./support";

describe("inputs of the azure-native stand-in", () => {
  let b: ProviderBench;
  before(async () => {
    b = await providerBench({});
    await b.create(GROUP, "g", { resourceGroupName: "g", location: "westeurope" });
  });
  after(() => {
    b.close();
  });

  it("get a made-up name that is the same for the same seed, and keep an old one", async () => {
    const first = await b.check(GROUP, "group", { location: "eastus" });
    assert.match(first["resourceGroupName"] as string, /^group[0-9a-f]{8}$/);
    assert.equal(first["__createBeforeDelete"], true);
    const second = await b.check(GROUP, "group", { location: "eastus" });
    assert.equal(second["resourceGroupName"], first["resourceGroupName"]);
    const kept = await b.check(GROUP, "renamed", { location: "eastus" }, first);
    assert.equal(kept["resourceGroupName"], first["resourceGroupName"]);
    assert.equal(
      (await b.check(GROUP, "other", { location: "eastus" }))["resourceGroupName"] ===
        first["resourceGroupName"],
      false,
    );
  });

  it("below another resource take the logical name, role assignments a GUID", async () => {
    const subnet = await b.check(SUBNET, "nodes", { resourceGroupName: "g", virtualNetworkName: "v" });
    assert.equal(subnet["subnetName"], "nodes");
    assert.equal(subnet["__createBeforeDelete"], undefined);
    const role = await b.check("azure-native:authorization:RoleAssignment", "role", {
      scope: "/subscriptions/s",
      principalId: "p",
      roleDefinitionId: "r",
    });
    assert.match(role["roleAssignmentName"] as string, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("get their location from the old inputs, the configuration, the group, in this order", async () => {
    assert.equal((await b.check(NETWORK, "v", vnet))["location"], "westeurope");
    assert.equal((await b.check(NETWORK, "v", vnet, { location: "eastus" }))["location"], "eastus");
    await b.provider.configure({ location: "centralus" });
    assert.equal((await b.check(NETWORK, "v", vnet))["location"], "centralus");
    await b.provider.configure({});
    assert.equal((await b.check(NETWORK, "v", { ...vnet, resourceGroupName: UNKNOWN }))["location"], UNKNOWN);
    await assert.rejects(
      b.check(NETWORK, "v", { ...vnet, resourceGroupName: "none" }),
      /location.*pulumi config set azure-native:location/s,
    );
  });

  const refusals: [string, string, PlainMap, RegExp][] = [
    [
      "an unknown property",
      NETWORK,
      { ...vnet, adressSpace: 1 },
      /adressSpace.*no such input of azure-native:network:VirtualNetwork/,
    ],
    [
      "an unknown nested property",
      NETWORK,
      { ...vnet, addressSpace: { addressPrefixes: [], prefix: "x" } },
      /addressSpace\.prefix/,
    ],
    ["what only the service writes", NETWORK, { ...vnet, resourceGuid: "x" }, /resourceGuid/],
    ["inline subnets", NETWORK, { ...vnet, subnets: [{ name: "s" }] }, /subnets/],
    ["a missing property", NETWORK, { resourceGroupName: "g" }, /missing required property 'addressSpace'/],
    ["a missing nested property", NETWORK, { ...vnet, addressSpace: {} }, /addressSpace\.addressPrefixes/],
    [
      "a wrong type",
      ADDRESS,
      { ...ip, idleTimeoutInMinutes: "four" },
      /idleTimeoutInMinutes.*"four".*whole number/,
    ],
    ["a number out of range", ADDRESS, { ...ip, idleTimeoutInMinutes: 99 }, /from 4 to 30/],
    ["a word outside its set", ADDRESS, { ...ip, sku: { name: "Gold" } }, /sku\.name.*Basic, Standard/],
    [
      "a fault in a list",
      CLUSTER,
      { resourceGroupName: "g", agentPoolProfiles: [{ name: "system" }, { nme: "x" }] },
      /agentPoolProfiles\[1\]\.nme/,
    ],
    [
      "identities as a map",
      CLUSTER,
      { resourceGroupName: "g", identity: { userAssignedIdentities: {} } },
      /userAssignedIdentities.*list/,
    ],
  ];
  for (const [what, type, news, words] of refusals) {
    it(`refuse ${what}`, () => assert.rejects(b.check(type, "x", { location: "eastus", ...news }), words));
  }

  it("report every fault at once, and take unknowns for right", async () => {
    await assert.rejects(b.check(ADDRESS, "ip", { ...ip, a: 1, b: 2 }), /'a'.*\n.*'b'/s);
    await b.check(ADDRESS, "ip", {
      ...ip,
      idleTimeoutInMinutes: UNKNOWN,
      sku: UNKNOWN,
      dnsSettings: { domainNameLabel: UNKNOWN },
    });
  });

  it("of another type, and settings that azure-native does not have, are refused by name", async () => {
    await assert.rejects(
      b.check("azure-native:keyvault:Vault", "v", {}),
      /azure-native:keyvault:Vault is not served.*network:Subnet/,
    );
    const { failures } = await b.provider.checkConfig({
      news: { subscriptionId: "s", locaton: "x", clientSecret: UNKNOWN },
    });
    assert.deepEqual(
      failures.map((one) => one.property),
      ["locaton"],
    );
    await assert.rejects(b.provider.configure({ locaton: "x" }), /locaton/);
  });
});
