// Runs one part of `npm test` as a child process and counts what passed.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root, type Part } from "./parts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

/** A test, or a whole part, that failed. */
export interface Failure {
  readonly title: string;
  readonly message: string;
}

export interface RunOptions {
  /** Folder for the part's counts and temporary files. */
  readonly scratch: string;
  readonly env: NodeJS.ProcessEnv;
  /** Hold the output back until the part has ended: two parts at once would mix their lines. */
  readonly hold: boolean;
  /** The children that run now, for whoever handles a signal. */
  readonly running: Set<ChildProcess>;
}

export async function runPart(part: Part, options: RunOptions): Promise<Counts> {
  const started = Date.now();
  const temporary = path.join(options.scratch, "tmp", part.name);
  const countsFile = path.join(temporary, "counts.json");
  mkdirSync(temporary, { recursive: true });
  console.log(options.hold ? `── ${part.name} starts` : `\n── ${part.name}`);
  const { code, output } = await runChild(part, countsFile, temporary, options);
  if (options.hold) process.stdout.write(`\n── ${part.name}\n${output}`);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`── ${part.name}: ${code === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  if (part.tests) return countsOf(part, countsFile, code);
  return code === 0
    ? { passed: 1, failed: 0, skipped: 0, failures: [] }
    : wholePart(part, `exit code ${code}; its output stands above`);
}

function runChild(
  part: Part,
  countsFile: string,
  temporary: string,
  options: RunOptions,
): Promise<{ code: number; output: string }> {
  const { running, hold, env } = options;
  const colours = hold && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  return new Promise((resolve) => {
    const child = spawn(part.command, part.args, {
      cwd: root,
      stdio: hold ? ["ignore", "pipe", "pipe"] : "inherit",
      env: { ...process.env, ...colours, ...env, COUNTS_FILE: countsFile, TMPDIR: temporary },
      // A Ctrl-C reaches the terminal's whole group; the tests get theirs from the runner, once.
      detached: true,
    });
    running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => (output += text));
    }
    child.on("close", (exit) => {
      running.delete(child);
      resolve({ code: exit ?? 1, output });
    });
    child.on("error", (error) => {
      running.delete(child);
      resolve({ code: 1, output: `${output}${error.message}\n` });
    });
  });
}

/** A runner that died before it wrote its counts is a failure, whatever had passed until then. */
function countsOf(part: Part, file: string, code: number): Counts {
  try {
    const counts = JSON.parse(readFileSync(file, "utf8")) as Counts;
    if (code === 0 || counts.failed > 0) return counts;
    const { failures } = wholePart(part, `exit code ${code} although no test failed`);
    return { ...counts, failed: 1, failures };
  } catch {
    return wholePart(part, `exit code ${code} before it had counted its tests`);
  }
}

function wholePart(part: Part, message: string): Counts {
  return { passed: 0, failed: 1, skipped: 0, failures: [{ title: part.name, message }] };
}
