import assert from "node:assert/strict";
import * as fc from "fast-check";
import { autoname, objectId, parseId, withName } from "../../../sandbox/plugins/kubernetes/naming";
import { contains, formatPath, parsePath } from "../../../sandbox/plugins/kubernetes/paths";
import { UNKNOWN } from "../../../sandbox/plugins/wire";

const SEED = Buffer.from("seed");

describe("names of objects", () => {
  it("are made from the resource's name and the engine's seed alone", () => {
    assert.match(autoname("reader", SEED), /^reader-[0-9a-f]{8}$/);
    assert.equal(autoname("reader", SEED), autoname("reader", SEED));
    assert.notEqual(autoname("reader", SEED), autoname("reader", Buffer.from("other")));
  });

  it("stay what they were, and are marked when they were made up", () => {
    const made = withName({}, undefined, "reader", SEED);
    const name = autoname("reader", SEED);
    assert.deepEqual(made, { metadata: { name, annotations: { "pulumi.com/autonamed": "true" } } });
    assert.deepEqual(withName({ metadata: { labels: { a: "b" } } }, made, "reader", Buffer.from("other")), {
      metadata: { labels: { a: "b" }, name, annotations: { "pulumi.com/autonamed": "true" } },
    });
    const named = { metadata: { name: "mine" } };
    assert.equal(withName(named, made, "reader", SEED), named);
  });

  it("are not made up where a name is only not known yet", () => {
    for (const inputs of [{ metadata: UNKNOWN }, { metadata: { name: UNKNOWN } }])
      assert.equal(withName(inputs, undefined, "reader", SEED), inputs);
  });

  it("make ids that can be read back", () => {
    assert.equal(objectId({ name: "a", namespace: "n" }), "n/a");
    assert.equal(objectId({ name: "a" }), "a");
    assert.deepEqual(parseId("n/a"), { namespace: "n", name: "a" });
    assert.deepEqual(parseId("a"), { name: "a" });
  });
});

describe("property paths", () => {
  it("are written as the engine reads them", () => {
    assert.equal(formatPath(["metadata", "labels", "a.b/c", 0, "x"]), 'metadata.labels["a.b/c"][0].x');
  });

  it("come back from their text", () => {
    const step = fc.oneof(
      fc.string({ minLength: 1 }).filter((text) => text !== "*" && !/[\\]/.test(text)),
      fc.nat({ max: 20 }),
    );
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !/[\\]/.test(text)),
        fc.array(step),
        (first, rest) => {
          assert.deepEqual(parsePath(formatPath([first, ...rest])), [first, ...rest]);
        },
      ),
    );
  });

  it("contain what is below them, a star any step", () => {
    assert.ok(contains(parsePath("spec.rules[*].name"), parsePath("spec.rules[2].name.x")));
    assert.ok(!contains(parsePath("spec.rules"), parsePath("spec.rulesets")));
    assert.throws(() => parsePath("a..b"), /is not a property path/);
  });
});
