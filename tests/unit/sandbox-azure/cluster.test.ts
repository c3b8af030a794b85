import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { JsonObject } from "../../../sandbox/arm";
import {
  assignNetworkRole,
  cluster,
  clusterId,
  group,
  guid,
  id,
  identityId,
  ipId,
  net,
  props,
  ready,
  refused,
  systemPool,
  text,
  userPool,
} from "./support";

describe("a managed cluster", () => {
  it("gets what AKS writes back", async () => {
    const b = await ready();
    const made = await b.put(clusterId("c"), cluster());
    const { properties } = made;
    assert.equal(properties["currentKubernetesVersion"], "1.35.4");
    assert.equal(properties["kubernetesVersion"], "1.35");
    assert.equal(properties["nodeResourceGroup"], "MC_g_c_eastus");
    assert.match(text(properties["fqdn"]), /^c-[0-9a-f]{8}\.hcp\.eastus\.azmk8s\.io$/);
    assert.match(
      text((properties["oidcIssuerProfile"] as JsonObject)["issuerURL"]),
      /^https:\/\/eastus\.oic\./,
    );
    const [pool] = properties["agentPoolProfiles"] as JsonObject[];
    assert.equal(pool?.["count"], 1);
    assert.equal(pool["maxPods"], 30);
    assert.equal(pool["currentOrchestratorVersion"], "1.35.4");
    const assigned = (made.identity?.["userAssignedIdentities"] as Record<string, JsonObject>)[
      identityId("c")
    ];
    assert.equal(assigned?.["principalId"], props(b, identityId("c"))["principalId"]);
    assert.equal((properties["networkProfile"] as JsonObject)["podCidr"], undefined);
    assert.deepEqual(b.host.identities[0], {
      id: clusterId("c"),
      name: "c",
      location: "eastus",
      kubernetesVersion: "1.35.4",
    });
  });

  it("has a group of its own that comes and goes with it", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    assert.equal(b.arm.get(id("MC_g_c_eastus")).managedBy, clusterId("c"));
    await refused(() => b.remove(id("MC_g_c_eastus")), "DenyAssignmentAuthorizationFailed");
    await b.remove(clusterId("c"));
    await refused(() => b.arm.get(id("MC_g_c_eastus")), "ResourceGroupNotFound");
  });

  it("is asked what is left in it before it goes", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    b.host.leftoversFound = ["Secret istio-system/cacerts"];
    await b.remove(clusterId("c"));
    assert.deepEqual(b.host.asked, ["boot c", "leftovers c", "remove c"]);
    const [gone] = b.arm.report()["deletedClusters"] as JsonObject[];
    assert.deepEqual(gone?.["leftovers"], ["Secret istio-system/cacerts"]);
    assert.deepEqual(gone["keptCrds"], ["kept.istio.io"]);
    await b.put(clusterId("c"), cluster());
    assert.equal(b.host.asked.at(-1), "boot c");
  });

  it("that does not start is Failed, stays, and can be tried again", async () => {
    const b = await ready();
    b.host.failing = "etcd: no space left";
    await refused(() => b.put(clusterId("c"), cluster()), "InternalOperationError", /no space left/);
    assert.equal(props(b, clusterId("c"))["provisioningState"], "Failed");
    b.host.failing = undefined;
    await b.put(clusterId("c"), cluster());
    assert.equal(props(b, clusterId("c"))["provisioningState"], "Succeeded");
  });

  it("shows pools of their own, keeps those that an update does not name, and refuses new ones", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    const pool = `${clusterId("c")}/agentPools/user`;
    await b.put(pool, userPool);
    const names = () =>
      (props(b, clusterId("c"))["agentPoolProfiles"] as JsonObject[]).map((one) => one["name"]);
    assert.deepEqual(names(), ["system", "user"]);
    await b.put(clusterId("c"), cluster({}, { tags: { a: "b" } }));
    assert.deepEqual(names(), ["system", "user"]);
    await refused(
      () =>
        b.put(clusterId("c"), cluster({ agentPoolProfiles: [systemPool(), systemPool({ name: "extra" })] })),
      "BadRequest",
      /A new agent pool was introduced/,
    );
    await refused(
      () => b.remove(`${clusterId("c")}/agentPools/system`),
      "OperationNotAllowed",
      /at least one system/,
    );
    await b.remove(pool);
    assert.deepEqual(names(), ["system"]);
  });

  it("leaves the number of nodes to the autoscaler", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    b.arm.drift(`${clusterId("c")}/agentPools/system`, { properties: { count: 3 } });
    await b.put(clusterId("c"), cluster({ agentPoolProfiles: [systemPool({ count: 1 })] }));
    assert.equal((props(b, clusterId("c"))["agentPoolProfiles"] as JsonObject[])[0]?.["count"], 3);
  });

  it("blocks changes while one is under way", async () => {
    const b = await ready();
    const { operation } = b.arm.put(clusterId("c"), cluster());
    await refused(() => b.arm.put(clusterId("c"), cluster()), "OperationNotAllowed", /in progress/);
    await refused(() => b.arm.put(`${clusterId("c")}/agentPools/user`, userPool), "OperationNotAllowed");
    await refused(() => b.arm.action(clusterId("c"), "listClusterUserCredential"), "OperationNotAllowed");
    await operation?.done;
  });

  it("goes up one minor at a time and never down", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster({ kubernetesVersion: "1.33" }));
    await refused(() => b.put(clusterId("c"), cluster()), "OperationNotAllowed", /skips/);
    await b.put(clusterId("c"), cluster({ kubernetesVersion: "1.34" }));
    await refused(
      () => b.put(clusterId("c"), cluster({ kubernetesVersion: "1.33" })),
      "OperationNotAllowed",
      /Downgrading/,
    );
  });

  it("writes a lone authorized address back as a range", async () => {
    const b = await ready();
    const made = await b.put(
      clusterId("c"),
      cluster({ apiServerAccessProfile: { authorizedIPRanges: ["1.2.3.4", "10.0.0.0/8"] } }),
    );
    assert.deepEqual((made.properties["apiServerAccessProfile"] as JsonObject)["authorizedIPRanges"], [
      "1.2.3.4/32",
      "10.0.0.0/8",
    ]);
  });

  it("takes the addresses that its nodes leave by, and lets go of them", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    await refused(
      () => b.remove(ipId("egress")),
      "PublicIPAddressCannotBeDeleted",
      /loadBalancers\/kubernetes/,
    );
    await b.put(identityId("d"), group);
    await refused(() => b.put(clusterId("d"), cluster({ dnsPrefix: "d" })), "PublicIPAddressInUse");
    await b.remove(clusterId("c"));
    await b.remove(ipId("egress"));
  });

  it("needs the right to join its subnets and addresses before it is made", async () => {
    const b = await ready();
    await b.remove(`${id("g")}/providers/Microsoft.Authorization/roleAssignments/${guid(1)}`);
    await refused(() => b.put(clusterId("c"), cluster()), "LinkedAuthorizationFailed", /join\/action/);
    const principal = text(props(b, identityId("c"))["principalId"]);
    await assignNetworkRole(b, net("v"), principal, 2);
    await refused(() => b.put(clusterId("c"), cluster()), "LinkedAuthorizationFailed", /publicIPAddresses/);
    await assignNetworkRole(b, ipId("egress"), principal, 3);
    await b.put(clusterId("c"), cluster());
  });

  it("takes everything in its group along when the group goes", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    await b.remove(id("g"));
    assert.deepEqual(b.arm.world.all(), []);
    assert.deepEqual(b.host.asked, ["boot c", "leftovers c", "remove c"]);
  });
});
