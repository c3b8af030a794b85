import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ProcessRegistry } from "../../../sandbox/processes";
import { findMarked } from "../../../sandbox/processes/marked";
import { makeStanding, type Standing } from "../../support/standing";

const root = path.join(__dirname, "..", "..", "..");

describe("mesh sandbox up that is broken off", () => {
  let standing: Standing;
  const started: ChildProcess[] = [];

  before(() => (standing = makeStanding()));
  after(async () => {
    for (const child of started) child.kill("SIGKILL");
    await standing.remove();
  });

  function mesh(...args: string[]): ChildProcess {
    const { home, program } = standing.context;
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "cli/main.ts", "sandbox", ...args, "--home", home.root, "--program", program],
      { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
    );
    child.stdout.resume();
    child.stderr.resume();
    started.push(child);
    return child;
  }

  const exit = (child: ChildProcess): Promise<{ code: number | null; signal: string | null }> =>
    new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));

  const alive = (): string[] => [
    ...ProcessRegistry.alive(standing.context.home.processes).map((record) => record.name),
    ...findMarked(standing.context.home.root).map(({ pid }) => `marked ${pid}`),
  ];

  /** The moment at which plugins, engine, daemon and servers all run. */
  async function whileClustersBoot(child: ChildProcess): Promise<void> {
    const end = Date.now() + 300_000;
    while (
      !alive().some((name) => name.includes("kube-apiserver")) ||
      !alive().some((name) => name.startsWith("marked"))
    ) {
      assert.equal(child.exitCode, null, "it ended before a cluster booted");
      assert.ok(Date.now() < end, "no cluster boots");
      await sleep(100);
    }
  }

  async function noneAlive(limitMs: number): Promise<void> {
    const end = Date.now() + limitMs;
    while (alive().length > 0 && Date.now() < end) await sleep(100);
    assert.deepEqual(alive(), []);
  }

  it("by SIGINT ends every process that it started, and says so with its exit code", async () => {
    const child = mesh("up", "--no-proxies");
    await whileClustersBoot(child);
    const ended = exit(child);
    child.kill("SIGINT");
    assert.deepEqual(await ended, { code: 130, signal: null });
    assert.deepEqual(alive(), []);
    assert.ok(existsSync(standing.context.home.identityFile), "its state stays for the next start");
  });

  it("by SIGKILL leaves processes that are recorded, and the next command ends them", async () => {
    const child = mesh("up", "--no-proxies");
    await whileClustersBoot(child);
    const ended = exit(child);
    child.kill("SIGKILL");
    await ended;
    assert.ok(alive().includes("daemon"));
    assert.equal((await exit(mesh("down", "--force"))).code, 0);
    await noneAlive(30_000);
    assert.ok(!existsSync(standing.context.home.root));
  });
});
