import assert from "node:assert/strict";
import { AzureBench, toolFolder } from "../azure/support";

const ALL = ["egress", "gateway", "group", "nodes", "nsg", "pods", "vnet"];
const ADDRESS = "Microsoft.Network/publicIPAddresses";
const NETWORK = "Microsoft.Network/virtualNetworks";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const FIREWALL = "Microsoft.Network/networkSecurityGroups";
const UP = ["up", "--yes", "--skip-preview", "--continue-on-error"] as const;
const DESTROY = ["destroy", "--yes", "--skip-preview", "--continue-on-error"] as const;

interface Fault {
  readonly method?: string;
  readonly type: string;
  readonly name?: string;
  readonly times?: number;
  readonly effect: Readonly<Record<string, unknown>>;
}

interface StackExport {
  readonly deployment: {
    readonly resources?: readonly { id?: string; type: string; urn: string }[];
    readonly pending_operations?: readonly unknown[];
  };
}

const status = (code: number, more: object = {}) => ({ kind: "status", status: code, ...more });
const ends = (how: "Failed" | "Canceled") => ({ kind: "operation", status: how });

describe("an Azure that fails", function () {
  this.timeout(900_000);
  let bench: AzureBench;
  const figure = { struck: 0, unseen: 0, reported: 0 };

  before(async () => {
    bench = new AzureBench(toolFolder());
    await bench.prepare();
    await bench.startDaemon();
    await bench.run("stack", "init", "dev");
    await bench.run("config", "set", "azure-native:location", "eastus");
  });
  after(() => bench.remove());

  /** Runs pulumi while faults are armed; every one of them must have struck. */
  async function under(
    faults: readonly Fault[],
    args: readonly string[],
  ): Promise<{ code: number | null; text: string }> {
    for (const fault of faults) assert.equal((await bench.admin("POST", "faults", fault)).status, 201);
    const done = await bench.tryRun(...args);
    const report = (await bench.admin("GET", "report")).body as { faults: { hits: number; left: number }[] };
    assert.deepEqual(
      report.faults.map(({ left }, n) => [JSON.stringify(faults[n]), left]),
      faults.map((fault) => [JSON.stringify(fault), 0]),
      done.text,
    );
    figure.struck += report.faults.reduce((sum, { hits }) => sum + hits, 0);
    await bench.admin("DELETE", "faults");
    return done;
  }

  async function inState(): Promise<{ names: string[]; ids: string[]; pending: number }> {
    const { text } = await bench.run("stack", "export");
    const { resources = [], pending_operations: pending = [] } = (JSON.parse(text) as StackExport).deployment;
    const azure = resources.filter(({ type }) => type.startsWith("azure-native:"));
    return {
      names: azure.map(({ urn }) => urn.split("::").at(-1) ?? "").toSorted(),
      ids: azure.map(({ id = "" }) => id.toLowerCase()).toSorted(),
      pending: pending.length,
    };
  }

  const inAzure = async (): Promise<string[]> =>
    ((await bench.admin("GET", "report")).body as { resources: string[] }).resources
      .map((id) => id.toLowerCase())
      .toSorted();

  /** What stands is what the state says: nothing lost, nothing twice. */
  async function same(): Promise<void> {
    const state = await inState();
    assert.deepEqual(state.ids, await inAzure());
    assert.equal(new Set(state.ids).size, state.ids.length);
    assert.equal(state.pending, 0);
  }

  it("passes unseen where it passes: throttling, server errors, lost questions and lost answers", async () => {
    const faults: Fault[] = [
      { method: "PUT", type: NETWORK, times: 2, effect: status(429, { retryAfterMs: 700 }) },
      { method: "PUT", type: FIREWALL, times: 3, effect: status(500) },
      { method: "PUT", type: SUBNET, effect: status(408) },
      { method: "GET", type: ADDRESS, effect: status(502) },
      { method: "POLL", type: ADDRESS, times: 3, effect: status(503) },
      { method: "PUT", type: ADDRESS, effect: { kind: "drop", when: "before" } },
      { method: "PUT", type: SUBNET, effect: { kind: "drop", when: "after" } },
      { method: "POLL", type: SUBNET, effect: { kind: "drop", when: "before" } },
      { method: "PUT", type: FIREWALL, effect: { kind: "hang", hangMs: 1500 } },
    ];
    const { code, text } = await under(faults, UP);
    assert.equal(code, 0, text);
    assert.deepEqual((await inState()).names, ALL);
    await same();
    assert.deepEqual(await bench.planned("--refresh"), {});
    figure.unseen += faults.length;
  });

  it("on the way down as well", async () => {
    const faults: Fault[] = [
      { method: "DELETE", type: SUBNET, times: 2, effect: status(429, { retryAfterMs: 300 }) },
      { method: "DELETE", type: ADDRESS, effect: { kind: "drop", when: "after" } },
      { method: "POLL", type: FIREWALL, effect: status(504) },
    ];
    const { code, text } = await under(faults, DESTROY);
    assert.equal(code, 0, text);
    assert.deepEqual(await inAzure(), []);
    figure.unseen += faults.length;
  });

  it("is reported where it lasts, what was accepted is kept in state, and a rerun finishes", async () => {
    const faults: Fault[] = [
      { method: "PUT", type: ADDRESS, effect: ends("Failed") },
      { method: "PUT", type: ADDRESS, effect: ends("Canceled") },
      // Accepted, and then nobody can say how it went.
      { method: "POLL", type: NETWORK, times: 4, effect: status(500) },
      { method: "PUT", type: FIREWALL, times: 4, effect: status(500, { code: "Kaput" }) },
    ];
    const { code, text } = await under(faults, UP);
    assert.notEqual(code, 0);
    assert.match(text, /ended as Failed/);
    assert.match(text, /ended as Canceled/);
    assert.match(text, /Code="Kaput"/);
    assert.deepEqual((await inState()).names, ["egress", "gateway", "group", "vnet"]);
    await same();
    await bench.run(...UP);
    assert.deepEqual((await inState()).names, ALL);
    await same();
    assert.deepEqual(await bench.planned("--refresh"), {});
    figure.reported += faults.length;
  });

  it("is not waited for longer than two minutes, and what was refused is not in state", async () => {
    await bench.run(...DESTROY);
    const started = Date.now();
    const late: Fault = { method: "PUT", type: NETWORK, effect: status(429, { retryAfterMs: 200_000 }) };
    const { code, text } = await under([late], UP);
    assert.notEqual(code, 0);
    assert.match(text, /Code="TooManyRequests"/);
    assert.ok(Date.now() - started < 120_000);
    assert.ok(!(await inState()).names.includes("vnet"));
    await bench.run(...UP);
    await same();
    figure.reported += 1;
  });

  it("in an update and a deletion leaves the resource in state too", async () => {
    await bench.run("config", "set", "cidr", "10.0.0.0/15");
    const update: Fault = { method: "PUT", type: NETWORK, effect: ends("Failed") };
    assert.notEqual((await under([update], UP)).code, 0);
    assert.equal((await bench.planned())["vnet"], "update");
    await bench.run(...UP);
    await same();

    const deletions: Fault[] = [
      { method: "DELETE", type: ADDRESS, effect: ends("Failed") },
      { method: "DELETE", type: ADDRESS, effect: ends("Canceled") },
    ];
    assert.notEqual((await under(deletions, DESTROY)).code, 0);
    assert.deepEqual((await inState()).names, ["egress", "gateway", "group"]);
    await same();
    await bench.run(...DESTROY);
    assert.deepEqual(await inAzure(), []);
    assert.deepEqual((await inState()).names, []);
    figure.reported += 1 + deletions.length;
    console.log(
      `      ${figure.unseen} kinds of failure passed unseen, ${figure.reported} were reported; ` +
        `${figure.struck} requests or operations failed; lost 0, twice 0`,
    );
  });
});
