import { spawn } from "node:child_process";
import type { RepairStack } from "./finding";

/** How the `pulumi` of a stack is started. */
export interface StackOptions {
  readonly name: string;
  /** Path or name of the program. @default the `pulumi` on PATH */
  readonly command?: string;
  /** Folder with `Pulumi.yaml`. */
  readonly folder: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** A `pulumi` command that failed, with what it said. */
export class PulumiFailure extends Error {
  constructor(command: string, stack: string, said: string) {
    super(`pulumi ${command} of stack ${stack} failed:\n${said}`);
    this.name = "PulumiFailure";
  }
}

/** A stack that is driven by the `pulumi` command. States go in and out by pipes, never by files. */
export function repairStack(options: StackOptions): RepairStack {
  const { name, signal } = options;
  return {
    name,
    ...(signal === undefined ? {} : { signal }),
    pulumi: async (args, input) => {
      // Only what may take long, or changes nothing, is broken off: an import that is cut leaves its lock, and what
      // follows a refresh has to be noted in the state whatever became of it.
      const breakable = args[0] === "refresh" || args[1] === "output" ? signal : undefined;
      breakable?.throwIfAborted();
      const { code, stdout, stderr } = await run({ ...options, signal: breakable }, args, input);
      if (code === 0) return stdout;
      breakable?.throwIfAborted();
      // What an export printed is the state, perhaps with its secrets, and so is what outputs are.
      const printed = args[1] === "export" || args[1] === "output" ? "" : stdout;
      throw new PulumiFailure(args.slice(0, 2).join(" "), name, errorLines(printed, stderr));
    },
  };
}

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(options: StackOptions, args: readonly string[], input: string | undefined): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      options.command ?? "pulumi",
      [...args, "--stack", options.name, "--non-interactive", "--color=never"],
      // A group of its own: a Ctrl-C in the terminal reaches it once, through us.
      { cwd: options.folder, env: options.env, stdio: ["pipe", "pipe", "pipe"], detached: true },
    );
    const stop = (): void => void child.kill("SIGINT");
    options.signal?.addEventListener("abort", stop, { once: true });
    const parts = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (parts.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (parts.stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT" && options.command === undefined;
      reject(missing ? new Error("There is no pulumi on PATH: https://www.pulumi.com/docs/install") : error);
    });
    child.on("close", (code) => {
      options.signal?.removeEventListener("abort", stop);
      resolve({ code, ...parts });
    });
    // A command that ends without reading says so by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}

/** The errors among what a command said; all of its last lines where it named none. */
function errorLines(stdout: string, stderr: string): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => /^\s*error:/.test(line));
  const said = first < 0 ? lines.filter((line) => line !== "").slice(-10) : lines.slice(first, first + 10);
  return said
    .filter((line) => line !== "")
    .map((line) => `  ${line}`)
    .join("\n");
}
