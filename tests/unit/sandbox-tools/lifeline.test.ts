import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf } from "../../../sandbox/processes";
import { run } from "../../../sandbox/tools/run";

const root = path.join(__dirname, "..", "..", "..");

/** Runs, by the same function as builds, a program that starts another one and writes both numbers to a file. */
const parent = (file: string): string => `
const { run } = require("./sandbox/tools/run");
run("/bin/sh", ["-c", "sleep 300 & echo $$ $! > ${file}; wait"], { env: process.env });
`;

describe("a program that the tools step runs", function () {
  this.timeout(60_000);

  it("ends with all that it started when the step is killed", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-lifeline-"));
    const file = path.join(folder, "pids");
    const step = spawn(process.execPath, ["--import", "tsx", "-e", parent(file)], {
      cwd: root,
      stdio: "ignore",
    });
    const said = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
    for (const end = Date.now() + 30_000; !said().endsWith("\n") && Date.now() < end;) await sleep(50);
    const pids = said().trim().split(" ").map(Number);
    rmSync(folder, { recursive: true });
    assert.equal(pids.length, 2);
    const alive = (): number[] => pids.filter((pid) => identityOf(pid) !== undefined);
    assert.deepEqual(alive(), pids);
    step.kill("SIGKILL");
    for (const end = Date.now() + 30_000; alive().length > 0 && Date.now() < end;) await sleep(50);
    assert.deepEqual(alive(), []);
  });

  it("leaves nothing that watches it when it has ended", async () => {
    const { stdout, code } = await run("/bin/sh", ["-c", "echo $$"], { env: process.env });
    assert.equal(code, 0);
    const { stdout: listed } = await run("ps", ["-eo", "args"], { env: process.env });
    assert.ok(!listed.split("\n").some((line) => line.endsWith(` sh ${stdout.trim()} 2`)), listed);
  });
});
