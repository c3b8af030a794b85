import assert from "node:assert/strict";
import type { EnvoyFilter } from "../../../istio/model";
import { goldenObjects } from "../../support/golden-objects";
import { CrdSchemas } from "../istio/support/crds";

describe("objects of the golden dumps", () => {
  it("are what the pinned CRDs take, in every stack, topology and application", function () {
    this.timeout(120_000);
    const schemas = new CrdSchemas();
    const objects = goldenObjects();
    for (const { file, object } of objects) {
      assert.deepEqual(schemas.faults(object), [], `${file}: ${object.kind} ${object.metadata.name}`);
    }
    const files = new Set(objects.map(({ file }) => file));
    for (const file of [
      "eastus",
      "multi-network-eastus",
      "primary-remote-eastus",
      "all-applications/eastus",
    ]) {
      assert.ok(files.has(`${file}.json`), `${file} has no object of Istio`);
    }
  });

  // The rule of Istio's envoyfilter.EnvoyPatchAnalyzer (IST0151), which `mesh verify` asks in each region.
  it("patch Envoy by no operation that depends on what other patches leave", () => {
    const relative = ["INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "REMOVE"];
    const filters = goldenObjects().flatMap(({ file, object }) =>
      object.kind === "EnvoyFilter" ? [{ file, filter: object as EnvoyFilter }] : [],
    );
    assert.notEqual(filters.length, 0, "no EnvoyFilter in any dump");
    for (const { file, filter } of filters)
      for (const { patch } of filter.spec.configPatches)
        assert.ok(
          !relative.includes(patch.operation),
          `${file}: ${filter.metadata.name}: ${patch.operation}`,
        );
  });
});
