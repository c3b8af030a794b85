import { spawn } from "node:child_process";
import path from "node:path";
import { peakMemory, processTree } from "../processes";
import { startPreviewEngine, type Answers } from "./engine";

/** A program and how the language host is told to run it. */
export interface ProgramRun {
  /** Folder with the program's `package.json`. */
  readonly folder: string;
  readonly stack: string;
  /** Settings by full name. */
  readonly config: Readonly<Record<string, string>>;
  readonly answers: Answers;
  /** What the runner loads: `main` of Pulumi.yaml, or `.` for what package.json says. */
  readonly main: string;
  /** `runtime.options.typescript`: whether Pulumi's own ts-node compiles and checks the program. */
  readonly typescript: boolean;
  /** Folder of temporary files: the loaders keep what they compiled there. */
  readonly tmp: string;
  /** Folder of further programs for the PATH. */
  readonly bin: string;
  readonly signal: AbortSignal;
}

/** What the program used up to a moment. */
export interface Use {
  readonly wallSeconds: number;
  /** Of node and of what it started, such as a compiler. */
  readonly cpuSeconds: number;
  /** The most memory that node held so far. */
  readonly peakBytes: number;
}

export interface ProgramUse {
  /** Until the first resource of the program's own was asked for. */
  readonly start: Use;
  /** Until the program had run to its end. */
  readonly whole: Use;
  /** Resources that were registered, the stack itself left out. */
  readonly resources: number;
}

/**
 * Runs a program as the language host does (pulumi-language-nodejs, `execNodejs`), with this process in the
 * place of the engine, and reads from /proc what the program's process used.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramUse> {
  run.signal.throwIfAborted();
  let pid = 0;
  let resources = 0;
  let start: Use | undefined;
  let whole: Use | undefined;
  let began = 0n;
  const errors: string[] = [];
  const engine = await startPreviewEngine(run.answers, {
    failed: (message) => errors.push(message),
    registered: (type) => {
      if (type === "pulumi:pulumi:Stack") return;
      resources += 1;
      start ??= useOf(pid, began);
    },
    finished: () => {
      whole = useOf(pid, began);
    },
  });
  try {
    began = process.hrtime.bigint();
    const child = spawn(process.execPath, argumentsOf(run, engine.address), {
      cwd: run.folder,
      env: environmentOf(run),
      stdio: ["ignore", "ignore", "pipe"],
      signal: run.signal,
    });
    pid = child.pid ?? 0;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0 || start === undefined || whole === undefined) {
      throw new Error(
        `the program in ${run.folder} ended with code ${code ?? "none"}: ${[...errors, stderr.slice(-2000)].join("\n")}`,
      );
    }
    return { start, whole, resources };
  } finally {
    engine.stop();
  }
}

function argumentsOf(run: ProgramRun, address: string): string[] {
  return [
    require.resolve("@pulumi/pulumi/cmd/run"),
    ...["--monitor", address, "--engine", address],
    ...["--organization", "organization", "--project", "global-mesh", "--stack", run.stack],
    ...["--pwd", run.folder, "--dry-run", "--query-mode", "false", "--parallel", "16", run.main],
  ];
}

/** Nothing of the user's own clouds, loaders or caches. */
function environmentOf(run: ProgramRun): NodeJS.ProcessEnv {
  return {
    PATH: `${run.bin}${path.delimiter}${process.env["PATH"] ?? ""}`,
    HOME: process.env["HOME"],
    TMPDIR: run.tmp,
    no_proxy: "127.0.0.1",
    PULUMI_CONFIG: JSON.stringify(run.config),
    PULUMI_CONFIG_SECRET_KEYS: "[]",
    ...(run.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
  };
}

function useOf(pid: number, began: bigint): Use {
  const wallSeconds = Number(process.hrtime.bigint() - began) / 1e9;
  const tree = processTree(pid);
  return {
    wallSeconds,
    cpuSeconds: tree.reduce((sum, entry) => sum + entry.cpuSeconds, 0),
    peakBytes: peakMemory(pid),
  };
}
