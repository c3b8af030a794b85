import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeValues, type Value, type Values } from "../../../istio/values";

const { values } = fc.letrec<{ value: Value; values: Values }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 3 }),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie("values"),
  ),
  values: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", "constructor"), tie("value"), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
}));

function hasNull(value: Value): boolean {
  if (value === null) return true;
  if (typeof value !== "object" || Array.isArray(value)) return false;
  return Object.values(value as Values).some(hasNull);
}

describe("merging values", () => {
  const table: readonly [string, Values[], Values][] = [
    ["no layer", [], {}],
    ["objects merge", [{ a: { x: 1 } }, { a: { y: 2 } }], { a: { x: 1, y: 2 } }],
    ["scalars replace", [{ a: 1 }, { a: "2" }], { a: "2" }],
    ["arrays replace", [{ a: [1, 2, 3] }, { a: [4] }], { a: [4] }],
    ["an object replaces a scalar", [{ a: 1 }, { a: { x: 1 } }], { a: { x: 1 } }],
    ["a scalar replaces an object", [{ a: { x: 1 } }, { a: false }], { a: false }],
    ["an array replaces an object", [{ a: { x: 1 } }, { a: [] }], { a: [] }],
    [
      "null deletes",
      [
        { a: 1, b: { x: 1, y: 2 } },
        { a: null, b: { x: null } },
      ],
      { b: { y: 2 } },
    ],
    ["null of a key that is not there", [{ a: 1 }, { b: null, c: { d: null } }], { a: 1, c: {} }],
    ["a later layer brings a deleted key back", [{ a: 1 }, { a: null }, { a: 2 }], { a: 2 }],
    [
      "falsy values are values",
      [
        { a: 1, b: 1, c: 1 },
        { a: 0, b: "", c: false },
      ],
      { a: 0, b: "", c: false },
    ],
  ];
  for (const [title, layers, expected] of table) {
    it(title, () => assert.deepEqual(mergeValues(...layers), expected));
  }

  it("keeps the order in which keys first appeared", () => {
    assert.equal(JSON.stringify(mergeValues({ b: 1, a: 1 }, { c: 1, a: 2 })), '{"b":1,"a":2,"c":1}');
  });

  it("has the empty layer as identity, but for nulls", () => {
    fc.assert(
      fc.property(values, (layer) => {
        assert.deepEqual(mergeValues(layer, {}), mergeValues({}, layer));
        if (!hasNull(layer)) assert.deepEqual(mergeValues(layer), layer);
      }),
    );
  });

  it("never leaves a null behind", () => {
    fc.assert(fc.property(values, values, (a, b) => assert.ok(!hasNull(mergeValues(a, b)))));
  });

  it("is idempotent: laying a layer on twice changes nothing", () => {
    fc.assert(
      fc.property(values, values, (a, b) => assert.deepEqual(mergeValues(a, b, b), mergeValues(a, b))),
    );
  });

  it("lays one layer on after the other", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) =>
        assert.deepEqual(mergeValues(a, b, c), mergeValues(mergeValues(a, b), c)),
      ),
    );
  });

  it("lets the last layer win, and changes none", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const before = JSON.stringify([a, b]);
        const merged = mergeValues(a, b);
        for (const [key, value] of Object.entries(b)) {
          if (value === null) assert.ok(!Object.hasOwn(merged, key));
          else if (typeof value !== "object" || Array.isArray(value)) assert.deepEqual(merged[key], value);
        }
        assert.equal(JSON.stringify([a, b]), before);
      }),
    );
  });
});
