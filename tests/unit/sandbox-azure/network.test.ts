import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  bench,
  cluster,
  clusterId,
  foundation,
  group,
  id,
  net,
  network,
  peering,
  refused,
  subnet,
  text,
} from "./support";

describe("virtual networks and subnets", () => {
  it("get what the service writes back", async () => {
    const b = bench();
    await b.put(id("g"), group);
    const made = await b.put(net("v"), network("10.1.0.0/16"));
    assert.match(text(made.properties["resourceGuid"]), /^[0-9a-f-]{36}$/);
    assert.equal(made.properties["provisioningState"], "Succeeded");
    assert.deepEqual(made.properties["subnets"], []);
    await b.put(`${net("v")}/subnets/s`, subnet("10.1.0.0/24"));
    const again = await b.put(net("v"), { ...network("10.1.0.0/16"), tags: { a: "b" } });
    assert.equal(again.properties["resourceGuid"], made.properties["resourceGuid"]);
    assert.equal((again.properties["subnets"] as unknown[]).length, 1);
    const one = b.arm.get(`${net("v")}/subnets/s`).properties;
    assert.equal(one["privateEndpointNetworkPolicies"], "Disabled");
  });

  it("keep what a subnet is given over to", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await b.put(net("v"), network("10.1.0.0/16"));
    const delegation = {
      name: "aks-delegation",
      properties: { serviceName: "Microsoft.ContainerService/managedClusters" },
    };
    const { properties } = subnet("10.1.0.0/24");
    await b.put(`${net("v")}/subnets/s`, { properties: { ...properties, delegations: [delegation] } });
    assert.deepEqual(b.arm.get(`${net("v")}/subnets/s`).properties["delegations"], [delegation]);
  });

  it("get a new resourceGuid when made anew under the same id", async () => {
    const b = bench();
    await b.put(id("g"), group);
    const first = await b.put(net("v"), network("10.1.0.0/16"));
    await b.remove(net("v"));
    const second = await b.put(net("v"), network("10.1.0.0/16"));
    assert.equal(first.id, second.id);
    assert.notEqual(first.properties["resourceGuid"], second.properties["resourceGuid"]);
  });

  it("refuse ranges that are none, overlap or lie outside", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await refused(
      () => b.put(net("v"), network("10.1.0.1/16")),
      "InvalidAddressPrefixFormat",
      /10\.1\.0\.1\/16/,
    );
    await b.put(net("v"), network("10.1.0.0/16"));
    await b.put(`${net("v")}/subnets/a`, subnet("10.1.0.0/24"));
    await refused(
      () => b.put(`${net("v")}/subnets/b`, subnet("10.1.0.128/25")),
      "NetcfgInvalidSubnet",
      /overlaps subnet 'a'/,
    );
    await refused(
      () => b.put(`${net("v")}/subnets/b`, subnet("10.2.0.0/24")),
      "NetcfgInvalidSubnet",
      /outside/,
    );
    await refused(
      () => b.put(net("v"), network("10.3.0.0/16")),
      "InUsePrefixCannotBeDeleted",
      /10\.1\.0\.0\/24/,
    );
  });

  it("cannot go while a pool uses them", async () => {
    const b = bench();
    await foundation(b);
    await b.put(clusterId("c"), cluster());
    await refused(() => b.remove(`${net("v")}/subnets/nodes`), "InUseSubnetCannotBeDeleted", /aks-system/);
    await refused(() => b.remove(net("v")), "InUseSubnetCannotBeDeleted");
    await b.remove(clusterId("c"));
    await b.remove(net("v"));
    assert.deepEqual(b.arm.world.all("Microsoft.Network/virtualNetworks/subnets"), []);
  });

  it("need their group and their network", async () => {
    const b = bench();
    await refused(() => b.put(net("v"), network("10.1.0.0/16")), "ResourceGroupNotFound");
    await b.put(id("g"), group);
    await refused(() => b.put(`${net("v")}/subnets/a`, subnet("10.1.0.0/24")), "ParentResourceNotFound");
  });

  it("are changed one at a time", async () => {
    const b = bench({ paceMs: 20 });
    await b.put(id("g"), group);
    await b.put(net("v"), network("10.1.0.0/16"));
    const { operation } = b.arm.put(`${net("v")}/subnets/a`, subnet("10.1.0.0/24"));
    await refused(
      () => b.arm.put(`${net("v")}/subnets/b`, subnet("10.1.1.0/24")),
      "AnotherOperationInProgress",
    );
    await operation?.done;
    await b.put(`${net("v")}/subnets/b`, subnet("10.1.1.0/24"));
  });
});

describe("peerings", () => {
  const state = (b: ReturnType<typeof bench>, path: string) => b.arm.get(path).properties["peeringState"];
  const [ab, ba] = [`${net("a")}/virtualNetworkPeerings/b`, `${net("b")}/virtualNetworkPeerings/a`];
  async function pair() {
    const b = bench();
    await b.put(id("g"), group);
    await b.put(net("a"), network("10.1.0.0/16"));
    await b.put(net("b"), network("10.2.0.0/16"));
    return b;
  }

  it("go from Initiated to Connected on both sides, and to Disconnected when one goes", async () => {
    const b = await pair();
    await b.put(ab, peering(net("b")));
    assert.equal(state(b, ab), "Initiated");
    await b.put(ba, peering(net("a")));
    assert.deepEqual([state(b, ab), state(b, ba)], ["Connected", "Connected"]);
    await b.remove(ba);
    assert.equal(state(b, ab), "Disconnected");
    await refused(() => b.put(ba, peering(net("a"))), "RemotePeeringIsDisconnected");
    await b.remove(ab);
    await b.put(ab, peering(net("b")));
    await b.put(ba, peering(net("a")));
    assert.equal(state(b, ab), "Connected");
  });

  it("are Disconnected when the other network goes, though the id stays", async () => {
    const b = await pair();
    await b.put(ab, peering(net("b")));
    await b.put(ba, peering(net("a")));
    await b.remove(net("b"));
    assert.equal(state(b, ab), "Disconnected");
  });

  it("refuse overlapping networks, also behind the peer, a missing one and themselves", async () => {
    const b = await pair();
    await b.put(net("same"), network("10.1.128.0/17"));
    await refused(
      () => b.put(`${net("a")}/virtualNetworkPeerings/s`, peering(net("same"))),
      "VnetAddressSpacesOverlap",
      /10\.1\.0\.0\/16/,
    );
    await b.put(ab, peering(net("b")));
    await b.put(ba, peering(net("a")));
    await refused(
      () => b.put(`${net("same")}/virtualNetworkPeerings/b`, peering(net("b"))),
      "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
    );
    await refused(
      () => b.put(`${net("a")}/virtualNetworkPeerings/x`, peering(net("x"))),
      "InvalidResourceReference",
    );
    await refused(
      () => b.put(`${net("a")}/virtualNetworkPeerings/x`, peering(net("a"))),
      "VnetCannotPeerWithSelf",
    );
    await refused(
      () => b.put(`${net("a")}/virtualNetworkPeerings/two`, peering(net("b"))),
      "AnotherPeeringAlreadyReferencesRemoteVnet",
    );
    await refused(() => b.put(ab, peering(net("same"))), "PropertyChangeNotAllowed", /remoteVirtualNetwork/);
    await refused(() => b.put(net("a"), network("10.2.0.0/15")), "VnetAddressSpacesOverlap");
  });
});
