import assert from "node:assert/strict";
import fc from "fast-check";
import { compileMesh } from "../../../istio/compile";
import { CatalogError, describeFault } from "../../../istio/rules/fault";
import { goldenObjects } from "../../support/golden-objects";
import { everywhere, meshOf } from "../../unit/istio/support/fixtures";
import { randomCatalog } from "../../unit/istio/support/random/catalog";
import { outcome } from "../../unit/istio/support/random/properties";
import type { TestCluster } from "../node/support/cluster";
import { BROKEN } from "./support/broken";
import { makeNamespaces, refusalOf, refusals, startWithIstiod } from "./support/istiod";

/** Random catalogs whose objects are shown to the server, and how many are drawn for that; some are refused by us. */
const CATALOGS = 200;
const DRAWN = 600;
/** Another one finds other things; a fixed one fails for the same reason twice. */
const SEED = 20261122;

/**
 * A real API server with Istio's CRDs and their CEL rules, and the real istiod's webhook behind it: what no schema
 * says, they do. Dry runs only, so nothing is kept.
 */
describe("policy before a real API server and istiod", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startWithIstiod();
    await makeNamespaces(cluster.kube, ["shops", "carts", "orders", "istio-ingress"]);
  });
  after(() => (cluster as TestCluster | undefined)?.stop());

  it("every object of every stack, topology and application is accepted", async () => {
    const objects = goldenObjects().map(({ file, object }) => ({ from: file, object }));
    assert.ok(objects.length > 100, `${objects.length} objects`);
    await makeNamespaces(
      cluster.kube,
      objects.map(({ object }) => object.metadata.namespace),
    );
    assert.deepEqual(await refusals(cluster.kube, objects), []);
  });

  it(`every object of ${CATALOGS} random catalogs is accepted`, async () => {
    const meshes = fc
      .sample(randomCatalog, { numRuns: DRAWN, seed: SEED })
      .flatMap((catalog) => {
        const made = outcome(catalog);
        return "mesh" in made ? [made.mesh] : [];
      })
      .slice(0, CATALOGS);
    assert.equal(meshes.length, CATALOGS);
    const objects = new Map(
      meshes.flatMap(({ entries }, index) =>
        entries.map(
          ({ object, entry }) => [JSON.stringify(object), { from: `${index} ${entry}`, object }] as const,
        ),
      ),
    );
    await makeNamespaces(
      cluster.kube,
      [...objects.values()].map(({ object }) => object.metadata.namespace),
    );
    assert.deepEqual(await refusals(cluster.kube, [...objects.values()]), []);
  });

  for (const { title, application, setting, object } of BROKEN) {
    it(`${title}: refused by the server, and by us before, with the setting and what to do`, async () => {
      const theirs = await refusalOf(cluster.kube, object);
      assert.notEqual(theirs, undefined, "the server takes it");
      assert.ok(!theirs?.includes(setting), "the server knows nothing of the catalog");
      const regions = ["eastus", "westeurope"];
      assert.throws(
        () => compileMesh([application], everywhere(application), meshOf({ regions, region: "eastus" })),
        (error) => {
          assert.ok(error instanceof CatalogError, String(error));
          const fault = error.faults.find((one) => one.setting === setting);
          assert.ok(fault, `${setting} is not among:\n${error.faults.map(describeFault).join("\n")}`);
          assert.ok(fault.allowed.length > 0 && fault.fix.length > 0);
          return true;
        },
      );
    });
  }
});
