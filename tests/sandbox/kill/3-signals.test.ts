import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { pulumi } from "../../support/pulumi";
import { allEnded, type Ended } from "./support/engine";
import { lab, REGION } from "./support/lab";

const root = path.join(__dirname, "..", "..", "..");
const POLICY = "production/VirtualService/ai-agent";

/** Generous for a machine under load; a run that hung would stay for ever. */
const BOUND_MS = 60_000;

describe("pulumi that is broken off with Ctrl-C", () => {
  const shared = lab();
  const times: string[] = [];

  after(() => console.log(`      SIGINT: ${times.join(", ")}`));
  afterEach(() => shared.hold.release());

  async function within(what: string, ended: Promise<Ended>): Promise<Ended> {
    const started = Date.now();
    const timer = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`${what}: still runs after ${BOUND_MS} ms`)), BOUND_MS).unref();
    });
    const done = await Promise.race([ended, timer]);
    times.push(`${what} ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return done;
  }

  const heldUpdate = () => shared.heldUpdate(POLICY, "VirtualService");

  async function readable(): Promise<void> {
    assert.ok((await shared.state()).length > 1);
    const preview = await pulumi(shared.context, REGION, ["preview"]);
    assert.equal(preview.code, 0, preview.stdout + preview.stderr);
  }

  async function whole(): Promise<void> {
    const { lost, twice } = await shared.audit();
    assert.deepEqual({ lost, twice }, { lost: [], twice: [] });
  }

  it("once: ends in order, and the next update goes on", async () => {
    const run = await heldUpdate();
    run.kill("SIGINT");
    const { code } = await within("pulumi up once", run.ended);
    assert.notEqual(code, 0);
    shared.hold.release();
    await readable();
    await shared.repair();
    await shared.up();
    await whole();
  });

  it("twice: ends at once, and the update after a repair goes on", async () => {
    const run = await heldUpdate();
    run.kill("SIGINT");
    run.kill("SIGINT");
    await run.event(({ stdoutEvent, diagnosticEvent }) =>
      /cancel/i.test(stdoutEvent?.message ?? diagnosticEvent?.message ?? ""),
    );
    run.kill("SIGINT");
    const { code } = await within("pulumi up twice", run.ended);
    assert.notEqual(code, 0);
    await allEnded(shared.context, BOUND_MS);
    shared.hold.release();
    await readable();
    await shared.repair();
    await shared.up();
    await whole();
  });

  it("mesh sandbox up, twice: ends all that it started, and the next one heals", async () => {
    const { home, program } = shared.context;
    await shared.takeDown(POLICY);
    const held = shared.hold.next(
      ({ operation, kind }) => operation === "CREATE" && kind === "VirtualService",
    );
    const args = [
      "--import",
      "tsx",
      "cli/main.ts",
      "sandbox",
      "up",
      "--home",
      home.root,
      "--program",
      program,
    ];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => (text += String(part)));
    const ended = new Promise<Ended>((resolve) => {
      child.once("exit", (code) => {
        resolve({ code, text });
      });
    });
    await Promise.race([held, ended.then((): never => assert.fail(text))]);
    child.kill("SIGINT");
    child.kill("SIGINT");
    const { code } = await within("mesh sandbox up twice", ended);
    assert.equal(code, 130, text);
    shared.hold.release();
    await shared.standing.up();
    await whole();
  });
});
