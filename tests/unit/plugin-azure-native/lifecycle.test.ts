import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isUnknown, Secret, type PlainMap } from "../../../sandbox/plugins/wire";
import { cluster, foundation, identityId, ipId, net } from "../sandbox-azure/support";
import {
  ADDRESS,
  CLUSTER,
  GROUP,
  ip,
  NETWORK,
  request,
  SUBNET,
  SUBSCRIPTION,
  useProvider,
  vnet,
  type ProviderBench,
} from "./support";

describe("read", () => {
  const b = useProvider();

  it("finds drift of what was asked for, not of defaults", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    const made = await b().create(ADDRESS, "ip", ip);
    const again = await b().provider.read({
      ...request(ADDRESS),
      id: made.id,
      inputs: made.inputs,
      outputs: made.outputs,
    });
    assert.deepEqual(again?.inputs, made.inputs);
    b().arm.drift(made.id, {
      tags: { by: "hand" },
      properties: { idleTimeoutInMinutes: 10, resourceGuid: "other" },
    });
    const drifted = await b().provider.read({
      ...request(ADDRESS),
      id: made.id,
      inputs: made.inputs,
      outputs: made.outputs,
    });
    assert.deepEqual(drifted?.inputs, { ...made.inputs, tags: { by: "hand" }, idleTimeoutInMinutes: 10 });
    assert.equal((drifted.outputs as PlainMap)["resourceGuid"], "other");
  });

  it("says that a resource is gone, and imports one by its id", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    const made = await b().create(NETWORK, "v", vnet);
    const imported = await b().provider.read({ ...request(NETWORK), id: made.id });
    assert.equal((imported?.inputs as PlainMap)["virtualNetworkName"], "v");
    assert.deepEqual((imported?.inputs as PlainMap)["addressSpace"], vnet.addressSpace);
    await b().provider.delete({
      ...request(NETWORK),
      id: made.id,
      oldInputs: made.inputs,
      outputs: made.outputs,
    });
    assert.equal(await b().provider.read({ ...request(NETWORK), id: made.id }), undefined);
    await b().provider.delete({
      ...request(NETWORK),
      id: made.id,
      oldInputs: made.inputs,
      outputs: made.outputs,
    });
  });
});

describe("update and delete", () => {
  const b = useProvider();

  it("put the whole body, and keep name and location known in a preview", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    const made = await b().create(ADDRESS, "ip", ip);
    const news = { ...made.inputs, idleTimeoutInMinutes: 10 };
    const update = {
      ...request(ADDRESS),
      id: made.id,
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      news,
    };
    const planned = (await b().provider.update({ ...update, preview: true })).outputs as PlainMap;
    assert.deepEqual(
      [planned["name"], planned["location"], planned["idleTimeoutInMinutes"]],
      ["ip", "eastus", 10],
    );
    assert.ok(isUnknown(planned["ipAddress"]));
    const done = (await b().provider.update({ ...update, preview: false })).outputs as PlainMap;
    assert.equal(done["ipAddress"], made.outputs["ipAddress"]);
    assert.equal(b().arm.get(made.id).properties["idleTimeoutInMinutes"], 10);
  });

  it("name what stands in the way of a deletion", async () => {
    await foundation({ arm: b().arm, host: b().host, put: armPut(b()), remove: () => Promise.resolve() });
    await armPut(b())(
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c`,
      cluster(),
    );
    const subnet = { ...request(SUBNET), id: `${net("v")}/subnets/nodes`, oldInputs: {}, outputs: {} };
    await assert.rejects(b().provider.delete(subnet), /InUseSubnetCannotBeDeleted.*aks-system/);
  });
});

describe("a cluster through the provider", () => {
  const b = useProvider();

  it("has its identities as a list, its autoscaler in camel case, its kubeconfigs secret", async () => {
    await foundation({ arm: b().arm, host: b().host, put: armPut(b()), remove: () => Promise.resolve() });
    const { location, sku, properties } = cluster();
    const made = await b().create(CLUSTER, "c", {
      ...(JSON.parse(JSON.stringify(properties)) as PlainMap),
      resourceGroupName: "g",
      resourceName: "c",
      location,
      sku,
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId("c")] },
      autoScalerProfile: { balanceSimilarNodeGroups: "true", expander: "least-waste" },
    });
    const stored = b().arm.get(made.id).properties["autoScalerProfile"];
    assert.deepEqual(stored, { "balance-similar-node-groups": "true", expander: "least-waste" });
    assert.deepEqual(made.outputs["autoScalerProfile"], {
      balanceSimilarNodeGroups: "true",
      expander: "least-waste",
    });
    const read = await b().provider.read({
      ...request(CLUSTER),
      id: made.id,
      inputs: made.inputs,
      outputs: made.outputs,
    });
    assert.deepEqual(read?.inputs, made.inputs);
    assert.ok(b().arm.get(ipId("egress")).properties["ipConfiguration"]);

    const token = "azure-native:containerservice:listManagedClusterUserCredentials";
    const { value } = await b().provider.invoke(token, { resourceGroupName: "g", resourceName: "c" });
    assert.ok(value?.["kubeconfigs"] instanceof Secret);
    assert.deepEqual(b().provider.secretOutputs(token), ["kubeconfigs"]);
    const admin = "azure-native:containerservice:listManagedClusterAdminCredentials";
    await assert.rejects(
      b().provider.invoke(admin, { resourceGroupName: "g", resourceName: "c" }),
      /disable local accounts/,
    );
  });
});

describe("invokes", () => {
  const b = useProvider();

  it("hand out the token of Resource Manager, as a secret", async () => {
    const { value } = await b().provider.invoke("azure-native:authorization:getClientToken", {});
    assert.ok(value?.["token"] instanceof Secret);
    assert.equal(value["token"].value, "a token of the test");
  });

  it("say who signs in, read resources, and refuse every other by name", async () => {
    const { value } = await b().provider.invoke("azure-native:authorization:getClientConfig", {});
    assert.equal(value?.["subscriptionId"], SUBSCRIPTION);
    await b().provider.configure({ subscriptionId: "22222222-2222-2222-2222-222222222222" });
    const other = await b().provider.invoke("azure-native:authorization:getClientConfig", {});
    assert.equal(other.value?.["subscriptionId"], "22222222-2222-2222-2222-222222222222");
    await assert.rejects(
      b().create(GROUP, "g", { resourceGroupName: "g", location: "eastus" }),
      /SubscriptionNotFound/,
    );
    await b().provider.configure({});
    await b().create(GROUP, "g", { resourceGroupName: "g", location: "eastus" });
    const got = await b().provider.invoke("azure-native:resources:getResourceGroup", {
      resourceGroupName: "g",
    });
    assert.equal(got.value?.["location"], "eastus");
    await assert.rejects(
      b().provider.invoke("azure-native:storage:listStorageAccountKeys", {}),
      /listStorageAccountKeys is not served/,
    );
  });
});

const armPut = (bench: ProviderBench) => async (path: string, body: unknown) => {
  await bench.arm.put(path, body).operation?.done;
  return bench.arm.get(path);
};
