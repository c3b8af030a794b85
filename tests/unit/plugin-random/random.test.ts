import assert from "node:assert/strict";
import fc from "fast-check";
import { randomProvider } from "../../../sandbox/plugins/random/provider";
import type { PlainMap } from "../../../sandbox/plugins/wire";
import { Engine, wireSecret } from "../plugin-wire/client";

const provider = randomProvider();

async function make(kind: string, news: PlainMap): Promise<{ id: string; outputs: PlainMap }> {
  const type = token(kind);
  const request = { urn: "urn", type, name: "name", news, randomSeed: Buffer.alloc(0) };
  const { inputs, failures } = await provider.check(request);
  if (failures.length > 0) throw new Error(failures.map((f) => `${f.property}: ${f.reason}`).join("; "));
  const signal = new AbortController().signal;
  const created = await provider.create({
    urn: "urn",
    type,
    inputs: inputs as PlainMap,
    preview: false,
    timeoutSeconds: 0,
    signal,
  });
  return { id: created.id, outputs: created.outputs as PlainMap };
}

function token(kind: string): string {
  return `random:index/random${kind}:Random${kind}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

describe("plugin random", () => {
  it("texts have the wanted length, at least the wanted counts, and no other characters", async () => {
    const counts = fc.nat({ max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ minLower: counts, minUpper: counts, minNumeric: counts, minSpecial: counts }),
        fc.nat({ max: 10 }),
        fc.boolean(),
        async (least, more, numeric) => {
          const minNumeric = numeric ? least.minNumeric : 0;
          const length = least.minLower + least.minUpper + minNumeric + least.minSpecial + more + 1;
          const inputs = { ...least, minNumeric, length, numeric, overrideSpecial: "_%" };
          const { outputs } = await make("String", inputs);
          const text = outputs.result as string;
          assert.equal(text.length, length);
          assert.ok(count(text, /[a-z]/g) >= least.minLower);
          assert.ok(count(text, /[A-Z]/g) >= least.minUpper);
          assert.ok(count(text, /[0-9]/g) >= minNumeric);
          assert.ok(count(text, /[_%]/g) >= least.minSpecial);
          assert.match(text, numeric ? /^[A-Za-z0-9_%]+$/ : /^[A-Za-z_%]+$/);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("a password is secret, and no part of it is in its id", async () => {
    const engine = await Engine.connect(provider);
    try {
      const { id, outputs } = await engine.create({ length: 24 }, false, token("Password"));
      const result = outputs.result as { value: string };
      assert.deepEqual(outputs.result, wireSecret(result.value));
      assert.equal(result.value.length, 24);
      assert.equal(id, "none");
    } finally {
      engine.close();
    }
  });

  it("ids, numbers, names, uuids and bytes have the forms that the SDK documents", async () => {
    const id = await make("Id", { byteLength: 4, prefix: "p-" });
    const bytes = Buffer.from((id.outputs.hex as string).slice(2), "hex");
    assert.equal(id.id, bytes.toString("base64url"));
    assert.deepEqual(
      [id.outputs.b64Url, id.outputs.b64Std, id.outputs.dec],
      [`p-${id.id}`, `p-${bytes.toString("base64")}`, `p-${bytes.readUInt32BE()}`],
    );
    const drawn = new Set<unknown>();
    for (let draw = 0; draw < 60; draw += 1) {
      drawn.add((await make("Integer", { min: -1, max: 1 })).outputs.result);
    }
    assert.deepEqual([...drawn].toSorted(), [-1, 0, 1], "both ends are drawn");
    assert.match(
      (await make("Pet", { length: 3, prefix: "x", separator: "_" })).id,
      /^x_[a-z]+_[a-z]+_[a-z]+$/,
    );
    assert.match((await make("Uuid", {})).id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const { outputs } = await make("Bytes", { length: 5 });
    assert.equal(Buffer.from(outputs.base64 as string, "base64").toString("hex"), outputs.hex);
    assert.deepEqual(provider.secretOutputs?.(token("Bytes"), {}), ["base64", "hex"]);
  });

  it("refuses by name what it does not serve, and what no text can fulfil", async () => {
    await assert.rejects(
      make("Shuffle", {}),
      /does not serve random:index\/randomShuffle:RandomShuffle, only /,
    );
    await assert.rejects(
      make("String", { length: 3, minLower: 2, minUpper: 2 }),
      /length: must be at least 4/,
    );
    const off = { lower: false, upper: false, numeric: false, special: false };
    await assert.rejects(make("String", { length: 3, ...off }), /one of lower, upper, numeric, special/);
    await assert.rejects(make("String", { length: 3, number: true }), /number: is deprecated/);
    await assert.rejects(make("Integer", { min: 3, max: 1 }), /max: must not be less than min/);
    await assert.rejects(make("Integer", { min: 1, max: 2, seed: "s" }), /seed: is not served/);
    await assert.rejects(make("Uuid", { keepers: { a: 1 } }), /keepers\.a: must be a string/);
    await assert.rejects(make("Uuid", { keeper: {} }), /keeper: .*has no such input; it has keepers/);
  });

  it("a changed keeper makes it anew, nothing else happens by itself", async () => {
    const inputs = { byteLength: 4, keepers: { a: "1" } };
    const { outputs } = await make("Id", inputs);
    const request = {
      urn: "urn",
      id: "id",
      type: token("Id"),
      oldInputs: inputs,
      oldOutputs: outputs,
      ignoreChanges: [],
    };
    assert.equal((await provider.diff({ ...request, news: inputs })).changed, false);
    const changed = await provider.diff({ ...request, news: { byteLength: 4, keepers: { a: "2" } } });
    assert.deepEqual(changed.replaces, ["keepers"]);
    const read = await provider.read({ urn: "urn", id: "id", type: token("Id"), inputs, outputs });
    assert.deepEqual(read, { id: "id", inputs, outputs });
  });
});
