import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { folderOf, projectName, stateBackend } from "../../../cli/repair/backend";
import { repair } from "../../../cli/repair/command";
import { UsageError } from "../../../cli/usage";

describe("repair: where the state is", () => {
  const signal = new AbortController().signal;
  let folder: string;
  let program: string;
  let backend: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "global-mesh-backend-"));
    program = path.join(folder, "program");
    backend = path.join(folder, "a state");
    for (const made of [program, backend]) mkdirSync(made);
    writeFileSync(path.join(program, "Pulumi.yaml"), "name: mesh\nruntime: nodejs\n");
    env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env["PATH"] ?? ""}` };
    pulumiSays(`file://${folder}/a%20state?metadata=skip`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** An engine that knows its backend and has an empty state. */
  function pulumiSays(url: string): void {
    const script =
      `#!/bin/sh\ncase "$1" in\n  whoami) echo '${JSON.stringify({ user: "ada", url })}';;\n` +
      `  stack) echo '{"version":3,"deployment":{}}';;\n  *) exit 9;;\nesac\n`;
    writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
  }

  function lock(project: string): void {
    const locks = path.join(backend, ".pulumi", "locks", "organization", project, "eastus");
    mkdirSync(locks, { recursive: true });
    const held = { pid: process.pid, username: "ada", hostname: os.hostname() };
    const timestamp = new Date().toISOString();
    writeFileSync(path.join(locks, "1.json"), JSON.stringify({ ...held, timestamp }));
  }

  async function repaired(options: object = {}): Promise<unknown> {
    const before = process.env["PATH"];
    process.env["PATH"] = env["PATH"];
    try {
      return await repair({ stack: "eastus", program, ...options }, signal, () => undefined);
    } finally {
      process.env["PATH"] = before;
    }
  }

  it("is read out of the engine's URLs", () => {
    assert.equal(folderOf("file:///x/a%20b?metadata=skip", "/p", "/h"), "/x/a b");
    assert.equal(folderOf("file:///x/100%", "/p", "/h"), "/x/100%");
    assert.equal(folderOf("file://~", "/p", "/h"), "/h");
    assert.equal(folderOf("file://~/s", "/p", "/h"), "/h/s");
    assert.equal(folderOf("file://./s", "/p", "/h"), "/p/s");
    assert.equal(folderOf("azblob://states?storage_account=x", "/p", "/h"), undefined);
    assert.equal(folderOf("https://app.pulumi.com/ada", "/p", "/h"), undefined);
    assert.equal(folderOf("", "/p", "/h"), undefined);
  });

  it("is asked of the engine, with the project's name from the nearest project file", async () => {
    assert.deepEqual(await stateBackend(program, env, signal), { folder: backend, project: "mesh" });
    const inner = path.join(program, "inner");
    mkdirSync(inner);
    assert.equal(projectName(inner), "mesh");
    writeFileSync(path.join(inner, "Pulumi.json"), '{"name":"other"}');
    assert.equal(projectName(inner), "other");
    pulumiSays("azblob://states");
    assert.deepEqual(await stateBackend(program, env, signal), { project: "mesh" });
  });

  it("says what the engine said when it is not logged in", async () => {
    writeFileSync(path.join(folder, "pulumi"), "#!/bin/sh\necho 'error: log in first' >&2\nexit 1\n");
    await assert.rejects(stateBackend(program, env, signal), /pulumi whoami.*failed:\nerror: log in first/);
  });

  it("shows a living run's lock, however the backend was chosen; not one of another project", async () => {
    lock("other");
    assert.deepEqual(await repaired(), { stack: "eastus", outcomes: [] });
    lock("mesh");
    await assert.rejects(repaired(), new RegExp(`is locked by .*process ${process.pid}, .*which runs`));
  });

  it("refuses malformed answers as wrong usage, and answers to what nobody asks by name", async () => {
    await assert.rejects(repaired({ id: ["x"] }), UsageError);
    await assert.rejects(repaired({ releaseAge: "soon" }), UsageError);
    await assert.rejects(repaired({ clear: ["urn:pulumi:a::b::c::d"] }), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /--clear: got "urn:pulumi:a::b::c::d".*\nNo creation waits/);
      return true;
    });
  });
});
