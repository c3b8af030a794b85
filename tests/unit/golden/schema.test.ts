import assert from "node:assert/strict";
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
});
