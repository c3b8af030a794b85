import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root, trafficGroups, wantedStages } from "../../../scripts/parts";

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

  it("run the groups of the traffic tests last whose mesh has settings of its own", () => {
    const [[part] = []] = wantedStages(["traffic"]).map(({ parts }) => parts);
    const folder = "tests/sandbox/traffic";
    const files = part?.args.filter((arg) => arg.startsWith(folder)) ?? [];
    assert.deepEqual(
      files.toSorted(),
      readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => `${folder}/${name}`)
        .toSorted(),
    );
    // As such a group says it to `onStage`.
    const hasOwn = (file: string): boolean =>
      /\bsettings: \{|\{ settings[ ,]|\bMULTI_NETWORK\b/.test(readFileSync(path.join(root, file), "utf8"));
    const own = files.filter(hasOwn);
    assert.ok(own.length > 0);
    assert.deepEqual(own, files.slice(-own.length), "WITH_OWN_MESH in scripts/parts.ts names them");
  });

  it("refuse a group that is none of the traffic tests, and say which there are", () => {
    const groups = trafficGroups().toSorted().join(", ");
    assert.throws(() => names(["types", "traffic/foo", "traffic/splits", "traffic/bar"]), {
      message: `No group foo, bar of the traffic tests; there are: ${groups}.`,
    });
  });

  it("refuse a name that is none of them, and say which there are", () => {
    assert.throws(
      () => names(["unti"]),
      /^Error: No part unti; there are: format, lint, types, unit, sandbox, /,
    );
  });
});
