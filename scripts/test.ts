// `npm test`: every check and every test tier from a clean clone, ending with "N passed, N failed".
// A failing check does not hide the others; tiers come cheapest first.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { ProcessRegistry } from "../sandbox/processes";
import { prepareTestTools } from "../tests/support/tools";

const root = path.dirname(__dirname);
const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A part of the run; `tests` are counted by mocha, anything else counts as one. */
interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly tests?: boolean;
}

const PARTS: readonly Part[] = [
  { name: "format", command: bin("prettier"), args: ["--check", "--log-level=warn", "."] },
  { name: "lint", command: bin("eslint"), args: ["--max-warnings=0", "."] },
  { name: "types", command: bin("tsc"), args: ["--noEmit", "-p", "."] },
  { name: "unit", ...mocha("tests/unit/**/*.test.ts"), tests: true },
  // Tests of real processes wait for conditions; the limit only ends what hangs.
  { name: "sandbox", ...mocha("--timeout", "900000", "tests/sandbox/**/*.test.ts"), tests: true },
];

/** mocha itself and not its starter, which forwards a signal and then ends the runner before its `after` hooks. */
function mocha(...args: string[]): { command: string; args: readonly string[] } {
  return {
    command: process.execPath,
    args: ["--import", "tsx", path.join(root, "node_modules/mocha/lib/cli/cli.js"), ...args],
  };
}

const controller = new AbortController();
let running: ReturnType<typeof spawn> | undefined;
let ended: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    ended ??= signal;
    controller.abort(new Error(`ended by ${signal}`));
    running?.kill("SIGINT");
  });
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`No part ${unknown.join(", ")}; there are: ${PARTS.map((part) => part.name).join(", ")}.`);
    process.exit(2);
  }
  const parts = wanted.length === 0 ? PARTS : PARTS.filter((part) => wanted.includes(part.name));
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const scratch = mkdtempSync(path.join(tmpdir(), "global-mesh-test-"));
  try {
    const tests = parts.filter((part) => part.tests);
    const env =
      tests.length === 0
        ? {}
        : await prepareTestTools(path.join(scratch, "tools"), {
            programs: tests.some((part) => part.name === "sandbox"),
            signal: controller.signal,
          });
    mkdirSync(path.join(scratch, "tmp"));
    for (const part of parts) {
      if (ended !== undefined) break;
      const counts = await run(part, path.join(scratch, `${part.name}.json`), env);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  } catch (error) {
    if (ended === undefined) throw error;
  } finally {
    await endLeftovers(path.join(scratch, "tmp"));
    rmSync(scratch, { recursive: true, force: true });
  }
  if (ended !== undefined) {
    console.error(`Ended by ${ended}.`);
    process.exit(128 + constants.signals[ended]);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exit(total.failed === 0 ? 0 : 1);
}

/** Ends what tests left running, also those that a signal or a fault kept from their `after` hooks. */
async function endLeftovers(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory() || entry.name !== "processes") continue;
    const left = await ProcessRegistry.endRecorded(path.join(entry.parentPath, entry.name));
    for (const name of left) console.error(`A test left ${name} running; it was ended.`);
  }
}

async function run(part: Part, countsFile: string, env: NodeJS.ProcessEnv): Promise<Counts> {
  const started = Date.now();
  console.log(`\n── ${part.name}`);
  const reporter = ["--reporter", path.join(root, "scripts", "counting-reporter.cjs")];
  const args = part.tests ? [...part.args, ...reporter] : part.args;
  const code = await new Promise<number>((resolve) => {
    running = spawn(part.command, args, {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        ...env,
        COUNTS_FILE: countsFile,
        TMPDIR: path.join(path.dirname(countsFile), "tmp"),
      },
      // A Ctrl-C reaches the terminal's whole group; the tests get theirs from here, once.
      detached: true,
    });
    running.on("close", (exit) => resolve(exit ?? 1));
    running.on("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
  });
  console.log(
    `── ${part.name}: ${code === 0 ? "ok" : "FAILED"} (${Math.round((Date.now() - started) / 1000)} s)`,
  );
  if (!part.tests) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return countsOf(countsFile, code);
}

/** A runner that died before it wrote its counts is a failure, whatever had passed until then. */
function countsOf(file: string, code: number): Counts {
  try {
    const counts = JSON.parse(readFileSync(file, "utf8")) as Counts;
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.log("\n0 passed, 1 failed");
  process.exit(1);
});
