import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";
import { isUnknown, PartialFailure, type PlainMap } from "../../../sandbox/plugins/wire";
import { identityId } from "../sandbox-azure/support";
import { ADDRESS, CLUSTER, GROUP, ip, NETWORK, request, SUBSCRIPTION, useProvider, vnet } from "./support";

describe("create", () => {
  const b = useProvider();
  const preview = async (type: string, inputs: PlainMap) =>
    (await b().provider.create({ ...request(type), inputs, preview: true })).outputs as PlainMap;

  it("in a preview knows the inputs, and nothing that the service writes", async () => {
    const outputs = await preview(ADDRESS, {
      ...ip,
      dnsSettings: { domainNameLabel: "shop" },
      azureApiVersion: "2024-05-01",
    });
    assert.ok(
      [outputs["ipAddress"], outputs["name"], outputs["resourceGuid"], outputs["etag"]].every((one) =>
        isUnknown(one),
      ),
    );
    const dns = outputs["dnsSettings"] as PlainMap;
    assert.equal(dns["domainNameLabel"], "shop");
    assert.ok(isUnknown(dns["fqdn"]));
    assert.equal(b().arm.world.all().length, 0);
  });

  it("in a preview does not know who the identities of a cluster are", async () => {
    const identity = { type: "UserAssigned", userAssignedIdentities: [identityId("c")] };
    const outputs = await preview(CLUSTER, { resourceGroupName: "g", resourceName: "c", identity });
    assert.equal((outputs["identity"] as PlainMap)["type"], "UserAssigned");
    assert.ok(isUnknown((outputs["identity"] as PlainMap)["userAssignedIdentities"]));
  });

  it("flattens what ARM nests, and says its id and API version", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    const { id, outputs } = await b().create(NETWORK, "v", vnet);
    assert.equal(
      id,
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v`,
    );
    assert.equal(outputs["name"], "v");
    assert.equal(outputs["azureApiVersion"], "2024-05-01");
    assert.equal(typeof outputs["resourceGuid"], "string");
    assert.equal(outputs["id"], undefined);
    const rule = {
      name: "r",
      priority: 100,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      destinationPortRange: "80",
    };
    const nsg = await b().create("azure-native:network:NetworkSecurityGroup", "n", {
      resourceGroupName: "g",
      securityRules: [rule],
    });
    const [stored] = b().arm.get(nsg.id).properties["securityRules"] as { properties: PlainMap }[];
    assert.equal(stored?.properties["priority"], 100);
    const [shown] = nsg.outputs["securityRules"] as PlainMap[];
    assert.equal(shown?.["priority"], 100);
  });

  it("refuses to take over what is there", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    await assert.rejects(
      b().create(GROUP, "g", { resourceGroupName: "g" }),
      /cannot create already existing resource/,
    );
  });

  it("tries again when throttled or unlucky, and gives up in ARM's words", async () => {
    b().arm.faults.add({ method: "PUT", times: 2, effect: { kind: "status", status: 429, retryAfterMs: 5 } });
    b().arm.faults.add({ method: "PUT", effect: { kind: "status", status: 503 } });
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    b().arm.faults.add({ method: "PUT", times: 4, effect: { kind: "status", status: 500, code: "Kaput" } });
    await assert.rejects(b().create(GROUP, "h", { resourceGroupName: "h" }), /Code="Kaput"/);
    await assert.rejects(
      b().create(NETWORK, "v", { ...vnet, resourceGroupName: "none", location: "eastus" }),
      /ResourceGroupNotFound/,
    );
  });

  it("does not wait longer than two minutes, and waits for what is said", async () => {
    const effect = { kind: "status", status: 429, retryAfterMs: 121_000 } as const;
    b().arm.faults.add({ method: "PUT", effect });
    await assert.rejects(b().create(GROUP, "g", { resourceGroupName: "g" }), /TooManyRequests/);
    const started = Date.now();
    b().arm.faults.add({ method: "PUT", effect: { ...effect, retryAfterMs: 300 } });
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    assert.ok(Date.now() - started >= 290);
  });

  it("asks again when no answer comes, and ends at the resource's own limit", async () => {
    b().arm.faults.add({ method: "PUT", effect: { kind: "drop", when: "before" } });
    b().arm.faults.add({ method: "PUT", effect: { kind: "drop", when: "after" } });
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    b().arm.faults.add({ method: "PUT", times: 4, effect: { kind: "drop", when: "before" } });
    await assert.rejects(b().create(GROUP, "h", { resourceGroupName: "h" }), /does not answer/);
    b().arm.faults.add({ method: "PUT", effect: { kind: "hang", hangMs: 5_000 } });
    const inputs = await b().check(GROUP, "i", { resourceGroupName: "i" });
    await assert.rejects(
      b().provider.create({ ...request(GROUP), inputs, preview: false, timeoutSeconds: 0.3 }),
      (error: unknown) =>
        error instanceof Error && !(error instanceof PartialFailure) && /timed out/.test(error.message),
    );
  });

  it("keeps in state what was accepted and could not be watched", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    b().arm.faults.add({ method: "POLL", times: 4, effect: { kind: "status", status: 500 } });
    await assert.rejects(b().create(NETWORK, "v", vnet), (error: unknown) => error instanceof PartialFailure);
  });

  it("keeps in state what stands half made", async () => {
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    b().arm.faults.add({
      type: "Microsoft.Network/virtualNetworks",
      effect: { kind: "operation", status: "Failed", message: "bad day" },
    });
    await assert.rejects(b().create(NETWORK, "v", vnet), (error: unknown) => {
      assert.ok(error instanceof PartialFailure);
      assert.match(error.reasons[0] ?? "", /bad day/);
      assert.equal((error.outputs as PlainMap)["provisioningState"], "Failed");
      return true;
    });
  });

  it("gives up at the program's own limit, and when interrupted", async function () {
    this.timeout(60_000);
    await b().create(GROUP, "g", { resourceGroupName: "g" });
    b().arm.faults.add({ times: 2, effect: { kind: "delay", delayMs: 4_000 } });
    const inputs = await b().check(NETWORK, "v", vnet);
    await assert.rejects(
      b().provider.create({ ...request(NETWORK), inputs, preview: false, timeoutSeconds: 1 }),
      (error: unknown) => error instanceof PartialFailure && /timed out/.test(error.message),
    );
    const stop = new AbortController();
    const other = await b().check(NETWORK, "w", { ...vnet, virtualNetworkName: "w" });
    const creating = b().provider.create({
      ...{ ...request(NETWORK), inputs: other, preview: false, signal: stop.signal },
    });
    creating.catch(() => undefined);
    const isAccepted = (): boolean =>
      b()
        .arm.operations.underWay()
        .some(({ resourceId }) => resourceId.endsWith("/w"));
    while (!isAccepted()) await sleep(10);
    // The answer is on its way.
    await sleep(200);
    stop.abort(new Error("interrupted by the user"));
    await assert.rejects(
      creating,
      (error: unknown) => error instanceof PartialFailure && /interrupted/.test(error.message),
    );
    await Promise.all(
      b()
        .arm.operations.underWay()
        .map((operation) => operation.done),
    );
  });
});
