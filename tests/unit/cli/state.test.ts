import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DamagedStateError, requireRoom, requireSoundStates, unwritten } from "../../../cli/pulumi/state";

describe("the state of a stack in a file backend", () => {
  let backend: string;
  beforeEach(() => (backend = mkdtempSync(path.join(tmpdir(), "it's-a-backend-"))));
  afterEach(() => rmSync(backend, { recursive: true }));

  function write(file: string, text: string): string {
    const target = path.join(backend, ".pulumi", file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  function checkpoint(time: string, count: number): string {
    const resources = Array.from({ length: count }, (_, n) => ({ urn: `urn:${n}` }));
    const latest = { manifest: { time }, ...(count === 0 ? {} : { resources }) };
    return JSON.stringify({ version: 3, checkpoint: { stack: "organization/p/s", latest } });
  }

  function refusal(): string {
    try {
      requireSoundStates(backend);
    } catch (error) {
      assert.ok(error instanceof DamagedStateError);
      return error.message;
    }
    return "";
  }

  it("is sound where there is no backend yet, no stack, one without resources, or a whole one", () => {
    assert.equal(refusal(), "");
    write("stacks/p/s.json", checkpoint("2026-01-01T00:00:00Z", 0));
    write("stacks/p/other.json", checkpoint("2026-01-01T00:00:00Z", 3));
    assert.equal(refusal(), "");
  });

  it("was removed on purpose where no history is left either", () => {
    write("stacks/p/s.json.bak", checkpoint("2026-01-01T00:00:00Z", 3));
    assert.equal(refusal(), "");
  });

  for (const [title, text, reason] of [
    ["cut off", '{"version": 3, "checkp', "its 22 characters are no JSON: it was cut off or written over"],
    ["empty", " \n", "it is empty"],
    ["another object", "{}", "it is JSON, but no checkpoint of Pulumi"],
    ["a list", "[]", "it is JSON, but no checkpoint of Pulumi"],
    [
      "a checkpoint with a broken resource",
      '{"version":3,"checkpoint":{"stack":"s","latest":{"resources":[{}]}}}',
      "its list of resources is broken",
    ],
  ] as const) {
    it(`is damaged when it is ${title}`, () => {
      const file = write("stacks/p/s.json", text);
      assert.ok(refusal().startsWith(`The state of stack s cannot be read: ${file}: ${reason}.`), refusal());
      assert.match(refusal(), /No copy of it can be read either/);
    });
  }

  it("is damaged when it is gone and the stack has a history", () => {
    write("history/p/s/s-1.checkpoint.json", checkpoint("2026-01-01T00:00:00Z", 3));
    assert.match(refusal(), /it is gone, though the stack has a history/);
    assert.doesNotMatch(refusal(), /\.damaged/);
  });

  it("is taken back from the newest copy that can be read, by a command for any path", () => {
    const file = write("stacks/p/s.json", "");
    write("stacks/p/s.json.bak", checkpoint("2026-01-03T00:00:00Z", 5).slice(0, 50));
    write("history/p/s/s-1.checkpoint.json", checkpoint("2026-01-01T00:00:00Z", 3));
    write("history/p/s/s-1.history.json", "{}");
    const newest = write("backups/p/s/s.2.json", checkpoint("2026-01-02T00:00:00Z", 4));
    write("backups/p/s/s.2.json.attrs", "{}");
    const said = refusal();
    assert.ok(said.includes(`newest sound copy: ${newest}, written 2026-01-02T00:00:00Z, 4 resources`), said);
    const shell = (name: string): string => `'${name.replace("it's", "it'\\''s")}'`;
    assert.ok(
      said.includes(`mv ${shell(file)} ${shell(`${file}.damaged`)} && cp ${shell(newest)} ${shell(file)}\n`),
      said,
    );
    cpSync(newest, file);
    assert.equal(refusal(), "");
  });

  it("that could not be written is said to lack what the update made, and any other error says nothing of it", () => {
    const engine =
      "error: post-step event returned an error: failed to save snapshot: no space left on device";
    const [note] = unwritten([engine], ["tls:index:PrivateKey root-r2-key", "tls:index:Cert root-r2"]);
    assert.match(note ?? "", /by this update: tls:index:PrivateKey root-r2-key, tls:index:Cert root-r2\./);
    assert.match(unwritten([engine], [])[0] ?? "", /by this update: nothing/);
    assert.deepEqual(unwritten(["error: no such host"], ["tls:index:Cert root-r2"]), []);
  });

  it("is not written to a disk without room", () => {
    assert.doesNotThrow(() => requireRoom(path.join(backend, "not", "there"), 0));
    assert.throws(
      () => requireRoom(backend, 2 ** 40),
      /has \d+ MB free; at least 1099511627776 MB are needed/,
    );
  });
});
