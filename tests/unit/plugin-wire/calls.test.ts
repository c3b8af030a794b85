import assert from "node:assert/strict";
import { Secret, UNKNOWN } from "../../../sandbox/plugins/wire";
import type { Provider } from "../../../sandbox/plugins/wire";
import { Engine, WIRE_UNKNOWN, wireSecret } from "./client";
import type { WireMap } from "./client";
import { echo, properties } from "./provider";
import type { Seen } from "./provider";

/** A secret at the top, one in depth, one in a list, an unknown, and a secret unknown. */
const WIRE: WireMap = {
  plain: "text",
  none: null,
  password: wireSecret("hunter2-hunter2"),
  spec: { host: "example", token: wireSecret({ value: "deep-secret" }), count: 3 },
  list: ["a", wireSecret("in-a-list")],
  later: WIRE_UNKNOWN,
  secretLater: wireSecret(WIRE_UNKNOWN),
};

const PLAIN = {
  plain: "text",
  none: null,
  password: "hunter2-hunter2",
  spec: { host: "example", token: { value: "deep-secret" }, count: 3 },
  list: ["a", "in-a-list"],
  later: UNKNOWN,
  secretLater: UNKNOWN,
};

describe("plugin wire: secrets and unknowns through every call", () => {
  let engine: Engine;
  let seen: Seen;

  async function serve(overrides: Partial<Provider> = {}): Promise<void> {
    const made = echo(overrides);
    seen = made.seen;
    engine = await Engine.connect(made.provider);
  }

  afterEach(() => engine.close());

  it("Check hands over plain values and gives back the same marks", async () => {
    await serve();
    const { inputs, failures } = await engine.check(WIRE, { old: wireSecret("before") });
    assert.deepEqual(properties(seen, "check", "news"), PLAIN);
    assert.deepEqual(properties(seen, "check", "olds"), { old: "before" });
    assert.deepEqual((seen.check as { randomSeed: Buffer }).randomSeed, Buffer.from("seed"));
    assert.deepEqual(inputs, WIRE);
    assert.deepEqual(failures, []);
  });

  it("Check at a first creation has no old inputs", async () => {
    await serve();
    await engine.check({ a: 1 });
    assert.equal("olds" in (seen.check as object), false);
  });

  it("Check keeps a default taken over from the old inputs as secret as it was", async () => {
    await serve({
      check: ({ olds = {}, news }) => Promise.resolve({ inputs: { ...olds, ...news }, failures: [] }),
    });
    const { inputs } = await engine.check({ a: "new" }, { a: wireSecret("old"), b: wireSecret("kept") });
    assert.deepEqual(inputs, { a: "new", b: wireSecret("kept") });
  });

  it("Check failures carry their path in the words and no property", async () => {
    const failure = { property: "spec.rules[0].host", reason: "must be a host name" };
    await serve({ check: ({ news }) => Promise.resolve({ inputs: news, failures: [failure] }) });
    const { failures } = await engine.check(WIRE);
    assert.deepEqual(failures, [{ property: "", reason: "spec.rules[0].host: must be a host name" }]);
  });

  it("Diff hands over plain values and reports every kind of change", async () => {
    await serve({
      diff: (request) => {
        seen.diff = request;
        return Promise.resolve({
          changed: true,
          replaces: ["list"],
          deleteBeforeReplace: true,
          detailed: { "spec.host": "update", "list[0]": "update-replace", status: "delete" },
        });
      },
    });
    const diff = await engine.diff(WIRE, { ...WIRE, status: "x" }, WIRE);
    for (const name of ["oldInputs", "news"]) assert.deepEqual(properties(seen, "diff", name), PLAIN);
    assert.deepEqual(properties(seen, "diff", "oldOutputs"), { ...PLAIN, status: "x" });
    assert.equal(diff.changes, 2);
    assert.deepEqual(diff.replacesList, ["list"]);
    assert.deepEqual(diff.diffsList.toSorted(), ["list", "spec", "status"]);
    assert.equal(diff.deletebeforereplace, true);
    assert.equal(diff.hasdetaileddiff, true);
    const kinds = new Map(diff.detaileddiffMap);
    assert.deepEqual(kinds.get("spec.host"), { kind: 4, inputdiff: true });
    assert.deepEqual(kinds.get("list[0]"), { kind: 5, inputdiff: true });
    assert.deepEqual(kinds.get("status"), { kind: 2, inputdiff: false });
  });

  it("a Diff without a change says so", async () => {
    await serve();
    const diff = await engine.diff(WIRE, WIRE, WIRE);
    assert.equal(diff.changes, 1);
    assert.equal(diff.hasdetaileddiff, false);
  });

  for (const preview of [true, false]) {
    it(`Create marks outputs by the shape of the inputs (preview: ${preview})`, async () => {
      await serve();
      const inputs = preview ? WIRE : { ...WIRE, later: "now", secretLater: wireSecret("now") };
      const { id, outputs } = await engine.create(inputs, preview);
      const expected = preview ? PLAIN : { ...PLAIN, later: "now", secretLater: "now" };
      assert.deepEqual(properties(seen, "create", "inputs"), expected);
      assert.equal((seen.create as { preview: boolean }).preview, preview);
      assert.equal(id, "id");
      assert.deepEqual(outputs, inputs);
    });
  }

  it("Create marks a provider's copy of its inputs and its secret outputs", async () => {
    await serve({
      create: ({ inputs }) =>
        Promise.resolve({
          id: "x",
          outputs: { __inputs: inputs, data: { key: "computed" }, items: [{ value: "v", name: "n" }] },
        }),
      secretOutputs: (type) => (type.includes("Thing") ? ["data", "items.*.value", "absent.path"] : []),
    });
    const { outputs } = await engine.create({ ...WIRE, data: { key: "given" } });
    assert.deepEqual(outputs, {
      __inputs: { ...WIRE, data: wireSecret({ key: "given" }) },
      data: wireSecret({ key: "computed" }),
      items: [{ value: wireSecret("v"), name: "n" }],
    });
  });

  it("Create keeps a Secret that the handler returned, and drops undefined", async () => {
    const outputs = { made: new Secret({ a: ["b"] }), nothing: undefined };
    await serve({ create: () => Promise.resolve({ id: "x", outputs }) });
    assert.deepEqual((await engine.create({})).outputs, { made: wireSecret({ a: ["b"] }) });
  });

  it("Create refuses an empty id and outputs that are no JSON, by their path", async () => {
    await serve({ create: () => Promise.resolve({ id: "", outputs: {} }) });
    await assert.rejects(engine.create({}), /gave no id/);
    assert.equal((await engine.create({}, true)).id, "");
    engine.close();
    const bad = { spec: { when: new Date() } } as unknown as Record<string, never>;
    await serve({ create: () => Promise.resolve({ id: "x", outputs: bad }) });
    await assert.rejects(engine.create({}), /properties\.spec\.when is a Date/);
  });

  it("Read marks by the old inputs and by the old state", async () => {
    await serve();
    const state = { ...WIRE, later: "now", secretLater: wireSecret("now"), key: wireSecret("computed-key") };
    const read = await engine.read({ password: wireSecret("hunter2-hunter2"), key: "plain-input" }, state);
    assert.deepEqual(properties(seen, "read", "outputs").key, "computed-key");
    assert.deepEqual(read.outputs, state);
    assert.deepEqual(read.inputs, {
      password: wireSecret("hunter2-hunter2"),
      key: wireSecret("plain-input"),
    });
  });

  it("an import has neither inputs nor state; a resource that is gone has no id", async () => {
    await serve();
    await engine.read(undefined, undefined);
    assert.deepEqual(Object.keys(seen.read as object).toSorted(), ["id", "type", "urn"]);
    engine.close();
    await serve({ read: () => Promise.resolve(undefined) });
    assert.equal((await engine.read({}, {})).id, "");
  });

  it("Update marks by the new inputs only", async () => {
    await serve();
    const outputs = await engine.update(WIRE, WIRE, { a: wireSecret("x"), password: "no longer secret" });
    assert.deepEqual(properties(seen, "update", "oldOutputs"), PLAIN);
    assert.deepEqual(outputs, { a: wireSecret("x"), password: "no longer secret" });
  });

  it("Delete hands over plain values", async () => {
    await serve();
    await engine.delete({ a: wireSecret("x") }, { b: wireSecret({ c: 1 }) });
    assert.deepEqual(properties(seen, "delete", "oldInputs"), { a: "x" });
    assert.deepEqual(properties(seen, "delete", "outputs"), { b: { c: 1 } });
  });

  it("Invoke hands over plain values and marks what the token's paths name", async () => {
    await serve({ secretOutputs: (token) => (token === "test:index:list" ? ["keys"] : []) });
    const { value } = await engine.invoke("test:index:list", { keys: ["k"], name: wireSecret("n") });
    assert.deepEqual(seen.invoke, { keys: ["k"], name: "n" });
    assert.deepEqual(value, { keys: wireSecret(["k"]), name: wireSecret("n") });
  });

  it("Configure hands over plain values without the engine's own entries", async () => {
    await serve();
    const response = await engine.configure({
      kubeconfig: wireSecret("yaml"),
      flag: "true",
      version: "4.0.0",
    });
    assert.deepEqual(seen.configure, { kubeconfig: "yaml", flag: "true" });
    assert.equal(response.getAcceptsecrets() && response.getSupportspreview(), true);
  });

  it("CheckConfig and DiffConfig have defaults under which a version is no change", async () => {
    await serve();
    assert.deepEqual(await engine.checkConfig(WIRE), WIRE);
    const upgraded = await engine.diffConfig({ a: "1", version: "1.0.0" }, { a: "1", version: "2.0.0" });
    assert.equal(upgraded.changes, 1);
    const changed = await engine.diffConfig({ a: "1" }, { a: "2", b: "3" });
    assert.deepEqual(changed.diffsList, ["a", "b"]);
    assert.deepEqual(changed.replacesList, []);
  });
});
