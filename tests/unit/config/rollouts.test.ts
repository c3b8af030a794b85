import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../../config/load";
import { readRollouts } from "../../../config/rollouts";
import { delivered, tracked } from "./tracked";

/** The faults of a text, as setting, value and fix. */
function faultsOf(text: string | undefined): readonly string[] {
  return readRollouts(text).faults.map(({ setting, got, fix }) => `${setting} | ${got} | ${fix}`);
}

describe("rollouts.yaml", () => {
  it("names phases by service", () => {
    const text = "# why\nmicroservices/api-gateway: 25\nproduction/shop: 0 # next: 10\n";
    assert.deepEqual(readRollouts(text), {
      rollouts: { "microservices/api-gateway": 25, "production/shop": 0 },
      faults: [],
    });
  });

  for (const text of ["", "# nothing yet\n", "{}\n", "---\n"]) {
    it(`may be empty: ${JSON.stringify(text)}`, () =>
      assert.deepEqual(readRollouts(text), { rollouts: {}, faults: [] }));
  }

  it("is sound as it is tracked", () => assert.deepEqual(faultsOf(tracked("rollouts.yaml")), []));

  const rows: readonly [string, string | undefined, string][] = [
    ["no file", undefined, "rollouts.yaml | no file of that name beside Pulumi.yaml | restore it"],
    [
      "a phase that there is none of",
      "a/b: 30",
      "rollouts.yaml: a/b | 30 | take the phase before or after it",
    ],
    ["a phase as text", 'a/b: "25"', 'rollouts.yaml: a/b | "25" | write it as a number: 25'],
    ["a phase with its sign", "a/b: 25 %", 'rollouts.yaml: a/b | "25 %" | write it as a number: 25'],
    ["no phase", "a/b:", "rollouts.yaml: a/b | null | take"],
    ["more than all", "a/b: 1000", "rollouts.yaml: a/b | 1000 | take"],
    ["a table of tables", "a:\n  b: 25", 'rollouts.yaml | "a" | write it as'],
    ["a name without a namespace", "shop: 25", 'rollouts.yaml | "shop" | write it as'],
    ["a name in upper case", "a/Shop: 25", 'rollouts.yaml | "a/Shop" | write it as'],
    ["the name of a prototype", "__proto__: 25", 'rollouts.yaml | "__proto__" | write it as'],
    ["a list", "- a/b", 'rollouts.yaml | ["a/b"] | write it as'],
    ["a word", "off", 'rollouts.yaml | "off" | write it as'],
    ["a service twice", "a/b: 10\na/b: 25", "rollouts.yaml:2 | a service that stands here twice | keep one"],
    ["no YAML", "a/b: 10\n[", "rollouts.yaml:"],
  ];
  for (const [title, text, beginning] of rows) {
    it(`is refused: ${title}`, () => {
      const found = faultsOf(text);
      assert.ok(found[0]?.startsWith(beginning), found.join("\n") || "no fault");
    });
  }

  describe("beside the program", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "rollouts-"))));
    afterEach(() => {
      rmSync(folder, { recursive: true });
      pulumi.runtime.setAllConfig({});
    });
    const load = async (stack: string) => {
      await pulumi.runtime.setMocks(
        {
          newResource: ({ type }) => assert.fail(`unexpected resource ${type}`),
          call: ({ token }) => assert.fail(`unexpected call ${token}`),
        },
        "global-mesh",
        stack,
      );
      pulumi.runtime.setAllConfig({ ...delivered(stack) });
      return loadSettings({ knownApplications: ["ai-agent", "cross-cluster-test"], folder }).settings;
    };

    it("is what every region reads", async () => {
      writeFileSync(path.join(folder, "rollouts.yaml"), "a/b: 50\n");
      for (const stack of ["eastus", "westeurope", "southeastasia"]) {
        const settings = await load(stack);
        assert.ok(settings.role === "region");
        assert.deepEqual(settings.rollouts, { "a/b": 50 });
      }
    });

    it("is refused with the other settings", async () => {
      await assert.rejects(load("eastus"), /1 setting is wrong[\s\S]*rollouts\.yaml\n {2}got: {5}no file/);
      writeFileSync(path.join(folder, "rollouts.yaml"), "a/b: 51\n");
      await assert.rejects(
        load("global"),
        /rollouts\.yaml: a\/b\n {2}got: {5}51\n {2}allowed: .*0, 10, 25, 50, 75, 100/,
      );
    });
  });
});
