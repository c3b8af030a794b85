import assert from "node:assert/strict";
import fc from "fast-check";
import { CrdSchemas } from "./support/crds";
import { randomCatalog } from "./support/random/catalog";
import { outcome, reordered, splits, textOf } from "./support/random/properties";

const CATALOGS = 10_000;
/** What costs several compilations is asked of so many. */
const COMPARED = 500;

describe("random catalogs over all intents", function () {
  this.timeout(1_800_000);

  it("are refused with a path to each fault, or give what the CRDs' schemas take, with splits of 100", () => {
    const schemas = new CrdSchemas();
    const kinds = new Map<string, number>();
    let accepted = 0;
    // Equal specs are valid alike, and small catalogs have many.
    const valid = new Set<string>();
    fc.assert(
      fc.property(randomCatalog, (catalog) => {
        const made = outcome(catalog);
        if ("refused" in made) return;
        accepted += 1;
        for (const { object } of made.mesh.entries) {
          kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1);
          for (const weights of splits(object)) {
            assert.equal(
              weights.reduce((sum, weight) => sum + weight, 0),
              100,
              JSON.stringify(object.spec),
            );
          }
          const text = JSON.stringify([object.kind, object.spec]);
          if (valid.has(text)) continue;
          assert.deepEqual(schemas.faults(object), [], text);
          valid.add(text);
        }
      }),
      { numRuns: CATALOGS },
    );
    assert.ok(accepted > CATALOGS / 20 && accepted < CATALOGS, `${accepted} of ${CATALOGS} accepted`);
    for (const kind of ["Gateway", "RequestAuthentication", "Telemetry", "EnvoyFilter", "Sidecar"]) {
      assert.ok((kinds.get(kind) ?? 0) > 50, `${kind}: ${JSON.stringify([...kinds])}`);
    }
  });

  it("say the same each time and in any order, and are not changed", () => {
    fc.assert(
      fc.property(randomCatalog, (catalog) => {
        const before = JSON.stringify(catalog);
        const text = textOf(catalog);
        assert.equal(textOf(catalog), text);
        assert.equal(textOf(reordered(catalog)), text);
        assert.equal(JSON.stringify(catalog), before);
      }),
      { numRuns: COMPARED },
    );
  });
});
