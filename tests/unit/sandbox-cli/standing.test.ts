import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sandboxContext, type SandboxContext } from "../../../cli/sandbox/context";
import { departing } from "../../../cli/sandbox/leaving";
import { fitSlots } from "../../../cli/sandbox/prepare";
import { armFacts, stackStates, standingRegions, strayRegions } from "../../../cli/sandbox/standing";
import { SandboxHome } from "../../../sandbox/home";

const STACK = { type: "pulumi:pulumi:Stack", outputs: { clusterName: "x" } };

describe("what stands of a sandbox's regions", () => {
  let folder: string;
  let home: SandboxHome;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-standing-"));
    home = new SandboxHome(path.join(folder, "home"));
    home.make();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function table(regions: readonly string[], leaving: readonly string[] = []): SandboxContext {
    const entries = regions
      .map((region, index) => `      ${region}: { cidr: 10.${index + 1}0.0.0/16 }\n`)
      .join("");
    writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      `name: m\nconfig:\n  global-mesh:regions:\n    default:\n${entries}` +
        `  global-mesh:leaving:\n    default: ${JSON.stringify(leaving)}\n`,
    );
    return sandboxContext({ program: folder, home: home.root });
  }

  function stack(name: string, resources: readonly object[] | string): void {
    const stacks = path.join(home.backend, ".pulumi", "stacks", "m");
    mkdirSync(stacks, { recursive: true });
    const text =
      typeof resources === "string" ? resources : JSON.stringify({ checkpoint: { latest: { resources } } });
    writeFileSync(path.join(stacks, `${name}.json`), text);
    writeFileSync(path.join(stacks, `${name}.json.bak`), "");
  }

  function arm(state: object): void {
    mkdirSync(path.dirname(home.armState), { recursive: true });
    writeFileSync(home.armState, JSON.stringify(state));
  }

  it("is nothing before anything was started", () => {
    assert.deepEqual([...stackStates(home)], []);
    assert.deepEqual(standingRegions(home, "global"), []);
    assert.deepEqual([...armFacts(home).resources], []);
  });

  it("is said by each stack's own state; one that cannot be read stands", () => {
    stack("eastus", [STACK, { type: "t" }]);
    stack("half", [{ ...STACK, outputs: {} }]);
    stack("destroyed", []);
    writeFileSync(
      path.join(home.backend, ".pulumi", "stacks", "m", "new.json"),
      '{"checkpoint":{"latest":null}}',
    );
    stack("torn", '{"checkpoint":');
    assert.deepEqual(Object.fromEntries(stackStates(home)), {
      eastus: { stands: true, hasOutputs: true },
      half: { stands: true, hasOutputs: false },
      destroyed: { stands: false, hasOutputs: false },
      new: { stands: false, hasOutputs: false },
      torn: { stands: true, hasOutputs: false },
    });
  });

  it("leaves a region out that left and is gone, and keeps one that still has to be updated", () => {
    stack("asia", [STACK]);
    assert.deepEqual(table(["eastus", "asia", "west"], ["asia", "west"]).stacks.regions, ["eastus", "asia"]);
    stack("asia", []);
    assert.deepEqual(table(["eastus", "asia", "west"], ["asia", "west"]).stacks.regions, ["eastus"]);
    assert.deepEqual(table(["eastus", "asia", "west"]).stacks.regions, ["eastus", "asia", "west"]);
  });

  it("names those that are to go: leaving ones as long as they stand, and those that the table has no longer", () => {
    stack("asia", [STACK]);
    stack("west", []);
    stack("north", [STACK]);
    assert.deepEqual(departing(table(["eastus", "asia", "west"], ["asia", "west"])), ["asia", "north"]);
  });

  it("names regions that left the table while they stood", () => {
    for (const name of ["global", "eastus", "asia"]) stack(name, [STACK]);
    stack("west", []);
    assert.deepEqual(strayRegions(home, table(["eastus"]).stacks), ["asia"]);
  });

  it("keeps a slot as long as the region has anything in ARM, though its stack is gone", () => {
    home.writeIdentity({
      version: 1,
      home: home.root,
      block: 1,
      armUrl: "http://127.1.0.1:8300",
      subscriptionId: "s",
      slots: { eastus: 0, asia: 1 },
      createdAt: "",
    });
    const group = "/subscriptions/s/resourceGroups/m-asia";
    arm({
      resources: {
        a: { id: group, location: "asia" },
        b: { id: `${group}/providers/Microsoft.Network/virtualNetworks/n/subnets/pods` },
        c: { id: "/subscriptions/s/resourceGroups/m-asia-2", location: "eastus" },
      },
      slots: { "eastus:second": 2 },
    });
    assert.equal(armFacts(home).resources.get("asia")?.length, 2);
    assert.deepEqual(fitSlots(table(["eastus", "north"])).slots, { eastus: 0, asia: 1, north: 3 });
    arm({ resources: {}, slots: {} });
    assert.deepEqual(fitSlots(table(["eastus", "north"])).slots, { eastus: 0, north: 3 });
    assert.deepEqual(home.identity()?.slots, { eastus: 0, north: 3 });
    assert.deepEqual(fitSlots(table(["eastus", "north", "asia"])).slots, { eastus: 0, north: 3, asia: 1 });
  });
});
