import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { AzureBench, toolFolder } from "./support";

const ALL = ["egress", "gateway", "group", "nodes", "nsg", "pods", "vnet"];

describe("azure-native and ARM stand-ins under the real engine", function () {
  this.timeout(900_000);
  let bench: AzureBench;
  let subscription: string;
  const ids = (path: string) =>
    `/subscriptions/${subscription}/resourceGroups/small/providers/Microsoft.Network/${path}`;

  before(async () => {
    bench = new AzureBench(toolFolder());
    await bench.prepare();
    await bench.startDaemon();
    subscription = bench.home.identity()?.subscriptionId ?? "";
    await bench.run("stack", "init", "dev");
    await bench.run("config", "set", "azure-native:location", "eastus");
  });
  after(() => bench.remove());

  it("a preview plans everything and makes nothing", async () => {
    const planned = await bench.planned();
    const { "azure-small-dev": stack, ...rest } = planned;
    assert.equal(stack, "create");
    assert.deepEqual(Object.keys(rest).toSorted(), ALL);
    assert.deepEqual(await resources(), []);
  });

  it("up makes it, and outputs are what the service wrote back", async () => {
    const { text } = await bench.run("up", "--yes", "--skip-preview");
    assert.doesNotMatch(text, /plugin|version mismatch/i);
    const { ip, fqdn, guid, subscription: mine } = await bench.outputs();
    assert.match(ip ?? "", /^127\.\d+\.1\.\d+$/);
    assert.equal(fqdn, "small-gateway.eastus.cloudapp.azure.com");
    assert.match(guid ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(mine, subscription);
    assert.equal((await resources()).length, ALL.length);
  });

  it("a second up and a refresh change nothing", async () => {
    await bench.run("up", "--yes", "--skip-preview", "--expect-no-changes");
    await bench.run("refresh", "--yes", "--expect-no-changes");
    assert.deepEqual(await bench.planned("--refresh"), {});
  });

  it("drift is seen by a refresh and repaired by up, and what is gone is made again", async () => {
    const group = `/subscriptions/${subscription}/resourceGroups/small`;
    const changed = await bench.admin("PATCH", `resource?id=${group}`, {
      tags: { tag: "by hand", more: "1" },
    });
    assert.equal(changed.status, 200);
    const nodes = `${ids("virtualNetworks/vnet/subnets/nodes")}?api-version=2024-05-01`;
    assert.equal((await bench.arm("DELETE", nodes)).status, 202);
    const planned = await bench.planned("--refresh");
    assert.deepEqual([planned["group"], planned["nodes"]], ["update", "create"]);
    await bench.run("up", "--yes", "--skip-preview", "--refresh");
    const { body } = await bench.arm("GET", `${group}?api-version=2024-03-01`);
    assert.deepEqual((body as { tags: unknown }).tags, { tag: "one" });
    assert.deepEqual(await bench.planned("--refresh"), {});
  });

  it("throttling and server errors pass unseen", async () => {
    await bench.admin("POST", "faults", {
      method: "PUT",
      effect: { kind: "status", status: 429, retryAfterMs: 50 },
    });
    await bench.admin("POST", "faults", { method: "PUT", effect: { kind: "status", status: 500 } });
    await bench.run("config", "set", "tag", "two");
    await bench.run("up", "--yes", "--skip-preview");
    const { faults } = (await bench.admin("GET", "report")).body as { faults: { hits: number }[] };
    assert.deepEqual(
      faults.map((fault) => fault.hits),
      [1, 1],
    );
    await bench.admin("DELETE", "faults");
  });

  it("an operation that fails leaves the resource in state, and the next up mends it", async () => {
    await bench.run("destroy", "--yes", "--skip-preview", "--target", "**::gateway");
    const effect = {
      kind: "operation",
      status: "Failed",
      code: "InternalServerError",
      message: "the region had a bad day",
    };
    await bench.admin("POST", "faults", { type: "Microsoft.Network/publicIPAddresses", effect });
    const failed = await bench.tryRun("up", "--yes", "--skip-preview");
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /the region had a bad day/);
    const planned = await bench.planned();
    assert.equal(planned["gateway"], "update");
    await bench.run("up", "--yes", "--skip-preview");
    assert.deepEqual(await bench.planned(), {});
  });

  it("what the service refuses is refused in its words", async () => {
    await bench.admin("POST", "labels", { label: "taken", location: "eastus" });
    await bench.run("config", "set", "label", "taken");
    const { code, text } = await bench.tryRun("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(text, /DnsRecordInUse.*taken\.eastus\.cloudapp\.azure\.com is already used/s);
    await bench.run("config", "rm", "label");
    await bench.run("config", "set", "cidr", "10.99.0.0/16");
    const second = await bench.tryRun("up", "--yes", "--skip-preview");
    assert.match(second.text, /InUsePrefixCannotBeDeleted/);
    await bench.run("config", "rm", "cidr");
    await bench.run("up", "--yes", "--skip-preview");
  });

  it("a setting that azure-native does not have is refused by name", async () => {
    await bench.run("config", "set", "azure-native:locaton", "eastus");
    const { code, text } = await bench.tryRun("preview");
    assert.notEqual(code, 0);
    assert.match(text, /locaton/);
    await bench.run("config", "rm", "azure-native:locaton");
  });

  it("nobody gets in without the token", async () => {
    const { armUrl = "" } = bench.home.identity() ?? {};
    assert.equal((await fetch(`${armUrl}/sandbox/report`)).status, 401);
    assert.equal((await fetch(`${armUrl}/subscriptions/${subscription}/resourceGroups`)).status, 401);
  });

  it("a restarted daemon has everything, and destroy leaves nothing", async () => {
    assert.ok((await bench.stopDaemon()) < 60_000);
    await bench.startDaemon();
    assert.deepEqual(await bench.planned("--refresh"), {});
    await bench.run("destroy", "--yes", "--skip-preview");
    assert.deepEqual(await resources(), []);
    await bench.stopDaemon();
    assert.deepEqual(readdirSync(bench.home.processes), []);
  });

  async function resources(): Promise<string[]> {
    return ((await bench.admin("GET", "report")).body as { resources: string[] }).resources;
  }
});
