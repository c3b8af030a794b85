import assert from "node:assert/strict";
import fc from "fast-check";
import { fromWire, toValue, toWire } from "../../../sandbox/plugins/wire/codec";
import { diffInputs } from "../../../sandbox/plugins/wire/diff";
import { markSecrets, rewrap, scrub, secretTexts } from "../../../sandbox/plugins/wire/secrets";
import {
  containsSecret,
  containsUnknown,
  Opaque,
  reveal,
  sameValue,
  Secret,
  UNKNOWN,
} from "../../../sandbox/plugins/wire/values";
import type { Plain, PlainMap, Value, ValueMap } from "../../../sandbox/plugins/wire/values";

// Keys of a real object: a wire of JavaScript objects cannot carry `__proto__` as a key.
const key = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== "__proto__");

/** Any value; no secret inside a secret, which the engine never sends. */
const { value: valueArbitrary, plain: plainArbitrary } = fc.letrec<{ value: Value; plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.constant(UNKNOWN),
    fc.array(tie("plain"), { maxLength: 3 }),
    fc.dictionary(key, tie("plain"), { maxKeys: 3 }).map((map): PlainMap => ({ ...map })),
  ),
  value: fc.oneof(
    { maxDepth: 3 },
    tie("plain"),
    tie("plain").map((plain) => new Secret(plain)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }).map((map): ValueMap => ({ ...map })),
  ),
}));
const mapArbitrary = fc.dictionary(key, valueArbitrary, { maxKeys: 4 }).map((map): ValueMap => ({ ...map }));
const plainMapArbitrary = fc
  .dictionary(key, plainArbitrary, { maxKeys: 4 })
  .map((map): PlainMap => ({ ...map }));

function check<T extends unknown[]>(property: fc.IProperty<T>): void {
  fc.assert(property, { numRuns: 300 });
}

describe("plugin wire: values", () => {
  it("every value survives the wire", () => {
    check(fc.property(valueArbitrary, (value) => assert.deepEqual(fromWire(toWire(value)), value)));
  });

  it("revealing leaves no mark and loses no value", () => {
    check(
      fc.property(mapArbitrary, (map) => {
        const plain = reveal(map);
        assert.equal(containsSecret(plain), false);
        assert.equal(sameValue(plain, map), true);
        assert.equal(containsUnknown(plain), containsUnknown(map));
      }),
    );
  });

  it("rewrapping what was revealed gives back every mark", () => {
    check(fc.property(mapArbitrary, (map) => assert.deepEqual(rewrap(reveal(map), map), map)));
  });

  it("rewrapping is idempotent, adds marks only, and changes no value", () => {
    check(
      fc.property(mapArbitrary, mapArbitrary, (target, template) => {
        const once = markSecrets(target, [template], ["a", "b.*"]);
        assert.deepEqual(markSecrets(once, [template], ["a", "b.*"]), once);
        assert.equal(sameValue(once, target), true);
        assert.deepEqual(rewrap(once, target), once, "every mark of the target is still there");
      }),
    );
  });

  it("no text of a secret input is left unmarked at its place, even when a server moved list items", () => {
    const template: ValueMap = { env: [{ name: "A", value: new Secret("first-secret") }, { name: "B" }] };
    const moved: ValueMap = { env: [{ name: "B" }, { name: "A", value: "first-secret" }] };
    assert.deepEqual(markSecrets(moved, [template]), { env: new Secret(reveal(moved).env ?? null) });
    const same: ValueMap = { env: [{ name: "A", value: "first-secret" }, { name: "B" }] };
    assert.deepEqual(markSecrets(same, [template]), template);
  });

  it("a secret that became an object of another kind is marked as a whole", () => {
    const template: ValueMap = { data: { key: new Secret("v") } };
    assert.deepEqual(markSecrets({ data: "other" }, [template]), { data: new Secret("other") });
  });

  it("an inherited name is no member of a template", () => {
    assert.deepEqual(rewrap({ constructor: "x", toString: "y" }, { a: new Secret("s") }), {
      constructor: "x",
      toString: "y",
    });
  });

  it("secret texts are found at every depth, and blanked out longest first", () => {
    const value: ValueMap = { a: new Secret({ b: ["long-secret-text", "long-secret"] }), c: "public-text" };
    assert.deepEqual(secretTexts(value).toSorted(), ["long-secret", "long-secret-text"]);
    assert.equal(scrub("long-secret-text and long-secret", secretTexts(value)), "[secret] and [secret]");
  });

  it("knows every unknown of the engine, assets, archives, resources and outputs", () => {
    const signature = "4dabf18193072939515e22adb298388d";
    for (const mark of ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"]) {
      assert.equal(fromWire(mark), UNKNOWN);
    }
    const asset = { [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: "h", text: "t" };
    const opaque = fromWire(asset);
    assert.ok(opaque instanceof Opaque);
    assert.equal(opaque.kind, "asset");
    assert.deepEqual(toWire(opaque), asset);
    assert.equal(sameValue(opaque, fromWire({ ...asset, text: "" })), true, "the engine elides contents");
    const output = { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", secret: true, value: "v" };
    assert.deepEqual(fromWire(output), new Secret("v"));
    assert.equal(fromWire({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" }), UNKNOWN);
  });

  it("refuses what state cannot keep, by its path", () => {
    assert.throws(() => toValue({ a: [{ b: 10n }] }), /properties\.a\[0\]\.b is a bigint/);
    assert.throws(() => toValue({ f: () => 1 }), /properties\.f is a function/);
    assert.throws(() => toValue({ n: Number.NaN }), /properties\.n is NaN/);
    assert.deepEqual(toValue({ a: undefined, b: [undefined] }), { b: [null] });
  });

  it("never prints a secret as JSON", () => {
    assert.equal(JSON.stringify({ a: new Secret("hidden"), b: UNKNOWN }).includes("hidden"), false);
  });
});

describe("plugin wire: differences of inputs", () => {
  it("equal inputs have none, and any change is found on either side", () => {
    check(fc.property(plainMapArbitrary, (map) => assert.equal(diffInputs(map, { ...map }).changed, false)));
    check(
      fc.property(plainMapArbitrary, plainMapArbitrary, (left, right) => {
        assert.equal(diffInputs(left, right).changed, !sameValue(left, right));
      }),
    );
  });

  it("names the deepest place, quotes odd keys, and replaces by top-level property", () => {
    const olds = { meta: { labels: { "app.io/name": "a", app: "x" } }, ports: [80, 443], gone: 1 };
    const news = { meta: { labels: { "app.io/name": "b", app: "x" } }, ports: [80, 8443, 9], made: 1 };
    assert.deepEqual(diffInputs(olds, news, ["ports", "gone"]), {
      changed: true,
      replaces: ["gone", "ports"],
      detailed: {
        gone: "delete-replace",
        made: "add",
        'meta.labels["app.io/name"]': "update",
        "ports[1]": "update-replace",
        "ports[2]": "add-replace",
      },
    });
  });
});
