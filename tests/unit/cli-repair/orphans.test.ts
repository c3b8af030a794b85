import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findOrphans, waitForOrphans } from "../../../cli/repair/orphans";

describe("repair: plugins that outlived their engine", () => {
  const signal = new AbortController().signal;
  let proc: string;
  beforeEach(() => (proc = mkdtempSync(path.join(tmpdir(), "global-mesh-proc-"))));
  afterEach(() => rmSync(proc, { recursive: true }));

  function process_(pid: number, parent: number, program: string, state = "S"): void {
    mkdirSync(path.join(proc, String(pid)));
    writeFileSync(path.join(proc, String(pid), "stat"), `${pid} (a) name) ${state} ${parent} 1`);
    writeFileSync(path.join(proc, String(pid), "cmdline"), `/x/${program}\0arg\0`);
  }

  it("are those that a reaper was given, of this user", () => {
    process_(1, 0, "entrypoint");
    process_(2, 1, "systemd");
    process_(10, 1, "pulumi-resource-kubernetes");
    process_(11, 2, "pulumi-resource-azure-native");
    process_(12, 1, "pulumi-resource-ended", "Z");
    process_(20, 1, "pulumi");
    process_(21, 20, "pulumi-resource-tls");
    process_(30, 1, "pulumi-language-server");
    process_(31, 30, "pulumi-resource-random");
    assert.deepEqual(findOrphans(proc), [
      { pid: 10, program: "pulumi-resource-kubernetes" },
      { pid: 11, program: "pulumi-resource-azure-native" },
    ]);
    assert.deepEqual(findOrphans(proc, (process.getuid?.() ?? 0) + 1), []);
    assert.deepEqual(findOrphans(path.join(proc, "none")), []);
  });

  it("are waited for until they have ended", async () => {
    const looks = [[{ pid: 7, program: "p" }], [{ pid: 7, program: "p" }], []];
    const said: string[] = [];
    await waitForOrphans(signal, (line) => said.push(line), { find: () => looks.shift() ?? [], everyMs: 1 });
    assert.deepEqual(said, ["waiting for plugins that finish their last call: p (7)"]);
    assert.equal(looks.length, 0);
  });

  it("do not hold a repair up for ever", async () => {
    const said: string[] = [];
    const find = () => [{ pid: 7, program: "p" }];
    await waitForOrphans(signal, (line) => said.push(line), { find, limitMs: 0 });
    assert.match(said.join("\n"), /^these plugins still work for an engine that is gone: p \(7\)/);
  });
});
