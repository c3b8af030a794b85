import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const ORPHAN = path.resolve(__dirname, "..", "..", "..", "guardrails", "orphan.ts");

/** As the CLI starts a pack: engine, a shell script that waits, and the pack's process, which says its id. */
const PACK =
  `require("tsx/cjs"); require(${JSON.stringify(ORPHAN)}).endWithEngine();` +
  `console.log(process.pid); setInterval(() => undefined, 1000);`;
const SCRIPT = `"$NODE" -e "$PACK"; exit 0`;
const ENGINE = `require("node:child_process").spawn("sh", ["-c", process.env.SCRIPT], { stdio: "inherit", detached: true })`;

describe("guardrails: a pack whose engine was killed", () => {
  let engine: ChildProcess;
  let pack = 0;
  after(() => {
    engine.kill("SIGKILL");
    try {
      if (pack !== 0) process.kill(pack, "SIGKILL");
    } catch {
      // Gone, as it should be.
    }
  });

  it("ends by itself", async () => {
    const env = { ...process.env, NODE: process.execPath, PACK, SCRIPT };
    engine = spawn(process.execPath, ["-e", ENGINE], { env, stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(engine.stdout);
    const [said] = (await once(engine.stdout, "data")) as [Buffer];
    pack = Number(said.toString());
    process.kill(pack, 0);
    // The pipe stays open until the last process that holds it has ended.
    const ended = once(engine.stdout, "close");
    engine.kill("SIGKILL");
    await ended;
    assert.throws(() => process.kill(pack, 0), /ESRCH/);
  });
});
