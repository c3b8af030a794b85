import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { root, wantedStages } from "../../../scripts/parts";

const names = (wanted: string[]): string[][] =>
  wantedStages(wanted).map(({ parts }) => parts.map((part) => part.name));

describe("the parts of npm test", () => {
  it("are the checks, the unit tests, every folder of sandbox tests and the traffic tests", () => {
    const folders = readdirSync(path.join(root, "tests/sandbox"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `sandbox/${entry.name}`)
      .filter((name) => name !== "sandbox/traffic");
    const [format, lint, types, unit, sandbox = [], traffic, ...more] = names([]);
    assert.deepEqual([format, lint, types, unit], [["format"], ["lint"], ["types"], ["unit"]]);
    assert.deepEqual(sandbox.toSorted(), folders.toSorted());
    assert.equal(sandbox[0], "sandbox/regions");
    assert.deepEqual([traffic, more], [["traffic"], []]);
  });

  it("can be named by stage or alone", () => {
    assert.deepEqual(names(["types", "lint"]), [["lint"], ["types"]]);
    assert.deepEqual(names(["sandbox/node"]), [["sandbox/node"]]);
    assert.deepEqual(names(["sandbox/node", "sandbox"]), [names([])[4]]);
  });

  it("can be one group of the traffic tests", () => {
    const [[part] = []] = wantedStages(["traffic/regions"]).map(({ parts }) => parts);
    assert.ok(part?.args.includes("tests/sandbox/traffic/regions.test.ts"));
    assert.deepEqual(names(["types", "traffic/regions"]), [["types"], ["traffic/regions"]]);
  });

  it("refuse a name that is none of them, and say which there are", () => {
    assert.throws(
      () => names(["unti"]),
      /^Error: No part unti; there are: format, lint, types, unit, sandbox, /,
    );
  });
});
