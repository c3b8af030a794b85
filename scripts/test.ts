// `npm test`: every check and every test tier from a clean clone, ending with "N passed, N failed".
// A failing check does not hide the others; tiers come cheapest first.
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, constants, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { ProcessRegistry } from "../sandbox/processes";
import { prepareTestTools } from "../tests/support/tools";
import { wantedStages, type Stage } from "./parts";
import { runPart, type Counts, type RunOptions } from "./run-part";

/** Control planes wait more than they compute, but three regions and three more are enough for two cores. */
const SIDE_BY_SIDE = Math.min(3, Math.max(1, availableParallelism()));

/** How much of each failure's message is repeated at the end. */
const MESSAGE_LINES = 8;
const MESSAGE_WIDTH = 200;

const controller = new AbortController();
const running = new Set<ChildProcess>();
let ended: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    ended ??= signal;
    controller.abort(new Error(`ended by ${signal}`));
    for (const child of running) child.kill("SIGINT");
  });
}

async function main(): Promise<void> {
  const stages = wantedOrExit(process.argv.slice(2));
  const results: Counts[] = [];
  const scratch = mkdtempSync(path.join(tmpdir(), "global-mesh-test-"));
  mkdirSync(path.join(scratch, "tmp"));
  try {
    const parts = stages.flatMap((stage) => stage.parts);
    const env = parts.some((part) => part.tests)
      ? await prepareTestTools(path.join(scratch, "tools"), {
          programs: parts.some((part) => part.programs),
          signal: controller.signal,
        })
      : {};
    for (const stage of stages) {
      results.push(...(await runStage(stage, { scratch, env, running, hold: stage.parts.length > 1 })));
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
  printFailures(results);
  const sum = (key: "passed" | "failed" | "skipped"): number =>
    results.reduce((total, counts) => total + counts[key], 0);
  const skipped = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
  process.exit(sum("failed") === 0 ? 0 : 1);
}

/** Once more at the end, where a reader of a long log looks first; the whole reports stand above. */
function printFailures(results: readonly Counts[]): void {
  const failures = results.flatMap((counts) => counts.failures);
  if (failures.length > 0) console.log("\nFailed:");
  for (const { title, message } of failures) {
    const lines = message.split("\n");
    const shown = lines.slice(0, MESSAGE_LINES);
    if (lines.length > shown.length) shown.push(`… ${lines.length - shown.length} more lines`);
    console.log(`  ${title}\n${shown.map((line) => `      ${line.slice(0, MESSAGE_WIDTH)}`).join("\n")}`);
  }
}

/** Names of stages and parts; `--group splits` is short for the traffic tests of that group alone. */
function wantedOrExit(args: readonly string[]): readonly Stage[] {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { group: { type: "string", multiple: true, default: [] } },
      allowPositionals: true,
    });
    const groups = values.group.map((group) => `traffic/${group}`);
    const names = positionals.filter((name) => groups.length === 0 || name !== "traffic");
    return wantedStages([...names, ...groups]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

/** Runs the parts of a stage, as many at once as the machine has cores for. */
async function runStage(stage: Stage, options: RunOptions): Promise<Counts[]> {
  const started = Date.now();
  const waiting = [...stage.parts];
  const results: Counts[] = [];
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      if (ended !== undefined) return;
      results.push(await runPart(part, options));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  if (stage.parts.length > 1) {
    console.log(`\n── ${stage.name}: ended after ${Math.round((Date.now() - started) / 1000)} s`);
  }
  return results;
}

/** Ends what tests left running, also those that a signal or a fault kept from their `after` hooks. */
async function endLeftovers(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory() || entry.name !== "processes") continue;
    const left = await ProcessRegistry.endRecorded(path.join(entry.parentPath, entry.name));
    for (const name of left) console.error(`A test left ${name} running; it was ended.`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.log("\n0 passed, 1 failed");
  process.exit(1);
});
