import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ProcessRegistry, identityOf, isAlive } from "../../../sandbox/processes";

const SH = "/bin/sh";

describe("processes: registry", () => {
  let folder: string;
  let records: string;
  let registry: ProcessRegistry;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "registry-"));
    records = join(folder, "processes");
    registry = new ProcessRegistry(records);
  });
  afterEach(async () => {
    await registry.stopAll();
    await ProcessRegistry.endRecorded(records);
    rmSync(folder, { recursive: true });
  });

  const start = (name: string, script: string, stopWave = 0) =>
    registry.spawn({
      name,
      command: SH,
      args: ["-c", script],
      logFile: join(folder, `${name}.log`),
      stopWave,
    });

  it("records a process while it runs and forgets it at its end", async () => {
    const process = await start("sleeper", "sleep 60");
    const [record] = ProcessRegistry.alive(records);
    assert.deepEqual(record, { ...identityOf(process.pid), name: "sleeper", command: SH, stopWave: 0 });
    await process.stop();
    assert.deepEqual(readdirSync(records), []);
    assert.deepEqual(await process.exited, { code: null, signal: "SIGTERM" });
  });

  it("kills what does not end by itself", async () => {
    const process = await start("stubborn", "trap '' TERM; echo ready; while :; do sleep 1; done");
    while (!process.tail().includes("ready")) await sleep(5);
    await process.stop(100);
    assert.equal((await process.exited).signal, "SIGKILL");
  });

  it("shows the last lines of this process only, in a private log", async () => {
    await (
      await start("noisy", "echo first")
    ).exited;
    const second = await start("noisy", "for i in $(seq 1 40); do echo line $i; done; echo oops >&2; exit 4");
    assert.deepEqual(await second.exited, { code: 4, signal: null });
    const lines = second.tail().split("\n");
    assert.equal(lines.length, 15);
    assert.equal(lines.at(-1), "oops");
    assert.equal(statSync(join(folder, "noisy.log")).mode & 0o777, 0o600);
    const third = await start("noisy", "true");
    await third.exited;
    assert.equal(third.tail(), "");
  });

  it("names the program that cannot be started", async () => {
    await assert.rejects(
      registry.spawn({ name: "etcd", command: "/does/not/exist", args: [], logFile: join(folder, "x.log") }),
      /etcd: \/does\/not\/exist cannot be started: .*ENOENT/,
    );
  });

  it("ends waves in order and starts nothing more", async () => {
    const order: string[] = [];
    for (const [name, wave] of [
      ["etcd", 30],
      ["api", 20],
      ["manager", 10],
    ] as const) {
      void (await start(name, "sleep 60", wave)).exited.then(() => order.push(name));
    }
    await registry.stopAll();
    await sleep(0);
    assert.deepEqual(order, ["manager", "api", "etcd"]);
    await assert.rejects(start("late", "sleep 60"), /late is not started: the sandbox is stopping/);
  });

  it("takes a zombie for ended, although a signal reaches it", async () => {
    // The shell becomes a program that never asks how its child ended.
    const process = await start("parent", "sleep 0 & echo $!; exec sleep 60");
    while (!process.tail().includes("\n") && !/^\d+$/.test(process.tail())) await sleep(5);
    const pid = Number(process.tail());
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await sleep(5);
    assert.equal(globalThis.process.kill(pid, 0), true);
    assert.equal(identityOf(pid), undefined);
  });

  it("ends what a killed run left, and nothing else", async () => {
    const program = `
      const { ProcessRegistry } = require(${JSON.stringify(join(__dirname, "../../../sandbox/processes"))});
      const registry = new ProcessRegistry(${JSON.stringify(records)});
      const start = (name) => registry.spawn({ name, command: "/bin/sleep", args: ["60"], logFile: ${JSON.stringify(join(folder, "left.log"))} });
      start("one").then(() => start("two")).then(({ pid }) => console.log(pid));
    `;
    const run = spawn(process.execPath, ["--import", "tsx", "-e", program], {
      cwd: join(__dirname, "../../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) =>
      run.stdout.once("data", (text: Buffer) => resolve(Number(text.toString()))),
    );
    const exited = new Promise((resolve) => run.once("exit", resolve));
    run.kill("SIGKILL");
    await exited;
    const left = identityOf(pid);
    assert.ok(left, "the process outlives its killed parent");
    const other = await start("other", "sleep 60");

    const own = readdirSync(records).filter((name) => name.startsWith("other"));
    rmSync(join(records, own[0] ?? ""));
    assert.deepEqual((await ProcessRegistry.endRecorded(records)).toSorted(), ["one", "two"]);
    assert.equal(isAlive(left), false);
    assert.ok(identityOf(other.pid), "a process without a record is left alone");
    assert.deepEqual(ProcessRegistry.alive(records), []);
    assert.equal(readFileSync(join(folder, "left.log"), "utf8"), "");
  });
});
