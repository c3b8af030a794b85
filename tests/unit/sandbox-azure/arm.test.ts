import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import fc from "fast-check";
import { ARM_TYPES, parseId, type JsonObject } from "../../../sandbox/arm";
import { contains, overlaps, parseCidr } from "../../../sandbox/azure/cidr";
import { checkFields } from "../../../sandbox/azure/shapes";
import {
  bench,
  cluster,
  clusterId,
  foundation,
  group,
  id,
  identityId,
  ipId,
  net,
  network,
  refused,
  SUBSCRIPTION,
} from "./support";

describe("the tables", () => {
  for (const type of ARM_TYPES) {
    it(`${type.type} refuses an unknown property by name and says what its names are`, () => {
      const faults = checkFields(type.properties, { nonsense: 1 }, "properties");
      assert.match(faults.find((fault) => fault.kind === "unknown")?.reason ?? "", /properties\.nonsense/);
      assert.ok(type.apiVersions.length > 0 && type.name.words.length > 0);
    });
    it(`${type.type} names every required property that is missing`, () => {
      const required = Object.entries(type.properties).filter(([, shape]) => shape.required);
      const missing = checkFields(type.properties, {}, "properties").map((fault) => fault.path);
      assert.deepEqual(
        missing,
        required.map(([name]) => `properties.${name}`),
      );
    });
  }

  it("serve no other type", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await refused(
      () => b.put(id("g/providers/Microsoft.KeyVault/vaults/v"), group),
      "InvalidResourceType",
      /Microsoft\.KeyVault\/vaults/,
    );
  });
});

describe("resource groups", () => {
  it("keep their location, take tags by PATCH, and are not asked when deleted", async () => {
    const b = bench();
    await b.put(id("g"), { location: "East US" });
    assert.equal(b.arm.get(id("G")).location, "eastus");
    await b.put(id("G"), { location: "eastus", tags: { a: "1" } });
    assert.equal(b.arm.world.all().length, 1);
    await refused(() => b.put(id("g"), { location: "westus" }), "InvalidResourceGroupLocation", /eastus/);
    assert.deepEqual(b.arm.patch(id("g"), { tags: { b: "2" } }).tags, { b: "2" });
    await refused(() => b.arm.patch(id("g"), { location: "x" }), "InvalidRequestContent", /tags only/);
    await refused(() => b.put(id("g."), group), "InvalidResourceName");
    await refused(() => b.put(id("h"), {}), "MissingRequiredProperty", /location/);
    await b.put(net("v"), network("10.1.0.0/16"));
    await b.remove(id("g"));
    assert.deepEqual(b.arm.world.all(), []);
    assert.equal(b.arm.delete(id("g")), undefined);
  });

  it("of another subscription are not there", async () => {
    const b = bench();
    await refused(() => b.arm.get("/subscriptions/other/resourceGroups/g"), "SubscriptionNotFound");
  });

  it("list what is in them", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await b.put(id("h"), group);
    await b.put(net("v"), network("10.1.0.0/16"));
    await b.put(net("w", "h"), network("10.2.0.0/16"));
    const names = (collection: string) => b.arm.list(collection).map((one) => one.name);
    assert.deepEqual(names(`/subscriptions/${SUBSCRIPTION}/resourceGroups`), ["g", "h"]);
    assert.deepEqual(names(id("g/providers/Microsoft.Network/virtualNetworks")), ["v"]);
    assert.deepEqual(names(`/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks`), [
      "v",
      "w",
    ]);
    assert.deepEqual(names(`${net("v")}/subnets`), []);
    assert.deepEqual(names(id("h/resources")), ["w"]);
  });
});

describe("faults on request", () => {
  it("let an operation end as Failed or Canceled, with the resource kept as Failed", async () => {
    const b = bench();
    await b.put(id("g"), group);
    b.arm.faults.add({
      method: "PUT",
      type: "microsoft.network/virtualNetworks",
      effect: { kind: "operation", status: "Canceled" },
    });
    const { operation } = b.arm.put(net("v"), network("10.1.0.0/16"));
    await operation?.done;
    assert.equal(operation?.status, "Canceled");
    assert.equal(b.arm.get(net("v")).properties["provisioningState"], "Failed");
    await b.put(net("v"), network("10.1.0.0/16"));
    assert.equal(b.arm.get(net("v")).properties["provisioningState"], "Succeeded");
    b.arm.faults.add({
      method: "DELETE",
      effect: { kind: "operation", status: "Failed", code: "InternalServerError" },
    });
    await refused(() => b.remove(net("v")), "InternalServerError");
    assert.ok(b.arm.get(net("v")));
    await b.remove(net("v"));
  });

  it("strike as often as asked, after as many as asked, and are in the report", () => {
    const b = bench();
    b.arm.faults.add({ after: 1, times: 2, effect: { kind: "status", status: 429 } });
    const target = { method: "GET", type: "t", name: "n" };
    const struck = [1, 2, 3, 4].map(() => b.arm.faults.take(target, ["status"]) !== undefined);
    assert.deepEqual(struck, [false, true, true, false]);
    assert.equal((b.arm.report()["faults"] as JsonObject[])[0]?.["hits"], 2);
  });
});

describe("state on disk", () => {
  it("brings everything back, boots the clusters, and ends what was under way", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "arm-"));
    try {
      const stateFile = path.join(folder, "azure", "state.json");
      const first = bench({ stateFile });
      await foundation(first);
      await first.put(clusterId("c"), cluster());
      first.arm.put(ipId("half"), {
        location: "eastus",
        sku: { name: "Standard" },
        properties: { publicIPAllocationMethod: "Static" },
      });
      const tenant = first.arm.world.tenantId;
      const second = bench({ stateFile });
      assert.equal(second.arm.world.tenantId, tenant);
      assert.equal(second.arm.get(ipId("half")).properties["provisioningState"], "Creating");
      await second.arm.resume();
      await Promise.all(second.arm.operations.underWay().map((operation) => operation.done));
      assert.deepEqual(second.host.asked, ["boot c"]);
      assert.equal(second.arm.get(ipId("half")).properties["provisioningState"], "Succeeded");
      assert.equal(
        second.arm.get(identityId("c")).properties["principalId"],
        first.arm.get(identityId("c")).properties["principalId"],
      );
      assert.equal(statSync(stateFile).mode & 0o777, 0o600);
      assert.doesNotMatch(readFileSync(stateFile, "utf8"), /operator-secret/);
      assert.ok(!existsSync(`${stateFile}.${process.pid}.tmp`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("drift", () => {
  it("changes a resource without asking its rules", async () => {
    const b = bench();
    await b.put(id("g"), group);
    b.arm.drift(id("g"), { tags: { by: "hand" } });
    assert.deepEqual(b.arm.get(id("g")).tags, { by: "hand" });
    b.arm.drift(id("g"), { tags: null });
    assert.equal(b.arm.get(id("g")).tags, undefined);
  });
});

describe("ids and ranges", () => {
  it("read extension resources by their scope", () => {
    const parsed = parseId(`${clusterId("c")}/providers/Microsoft.Insights/diagnosticSettings/s`);
    assert.equal(parsed?.type, "Microsoft.Insights/diagnosticSettings");
    assert.equal(parsed.parent, clusterId("c"));
    assert.equal(parseId(`${clusterId("c")}/agentPools`), undefined);
  });

  it("contain and overlap as arithmetic says", () => {
    const range = fc.record({
      bits: fc.integer({ min: 8, max: 32 }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    const cidr = ({ bits, seed }: { bits: number; seed: number }) => {
      const first = Math.floor(seed / 2 ** (32 - bits)) * 2 ** (32 - bits);
      return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${bits}`;
    };
    fc.assert(
      fc.property(range, range, (one, two) => {
        const [a, b] = [parseCidr(cidr(one)), parseCidr(cidr(two))];
        assert.ok(a && b);
        assert.equal(overlaps(a, b), contains(a, b) || contains(b, a));
      }),
    );
  });
});
