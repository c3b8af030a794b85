import assert from "node:assert/strict";
import { lint } from "../../../istio/lint";
import { GOOD } from "./corpus/good";
import { clusterOf, findings, REGIONS } from "./support";

describe("lint: what is right", () => {
  it("finds nothing in a mesh as it should be, in one cluster or two", () => {
    assert.deepEqual(findings(GOOD), []);
    assert.deepEqual(findings(GOOD, { complete: true }), []);
    const clusters = REGIONS.map((region) => clusterOf(GOOD, region));
    assert.deepEqual(lint(clusters), { findings: [], suppressed: [] });
  });

  it("finds nothing in nothing", () => {
    assert.deepEqual(lint([]), { findings: [], suppressed: [] });
    assert.deepEqual(findings("# nothing\n---\n"), []);
  });
});
