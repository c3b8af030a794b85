import { spawn } from "node:child_process";
import path from "node:path";
import type { SandboxContext } from "../../cli/sandbox/context";
import { sandboxEnvironment } from "../../cli/sandbox/environment";

/** How a command ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A pod as far as the tests look into it. */
interface Pod {
  readonly spec: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
}

/** kubectl on one region's cluster, as a user of the sandbox's shell has it. */
export interface Kube {
  run(args: readonly string[], input?: unknown): Promise<Finished>;
  /** The output of a `get` as JSON; a command that fails throws with what it said. */
  json<T>(args: readonly string[]): Promise<T>;
  apply(object: unknown): Promise<Finished>;
  /** What the API server, webhooks included, would make of an object. */
  dryRun(object: unknown): Promise<Pod>;
}

export function kube(context: SandboxContext, region: string): Kube {
  const run = (args: readonly string[], input?: unknown): Promise<Finished> =>
    execute(context, "kubectl", ["--context", `${region}-cluster`, ...args], input);
  const json = async <T>(args: readonly string[], input?: unknown): Promise<T> => {
    const done = await run([...args, "-o", "json"], input);
    if (done.code !== 0) throw new Error(`kubectl ${args.join(" ")} in ${region}: ${done.stderr}`);
    return JSON.parse(done.stdout) as T;
  };
  return {
    run,
    json: (args) => json(args),
    apply: (object) => run(["apply", "-f", "-"], object),
    dryRun: (object) => json<Pod>(["create", "--dry-run=server", "-f", "-"], object),
  };
}

/** Runs a program of the sandbox's shell in the generated project. */
export function execute(
  context: SandboxContext,
  program: string,
  args: readonly string[],
  input?: unknown,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(context.home.bin, program), args, {
      cwd: context.home.project,
      env: { ...sandboxEnvironment(context.home), ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
    child.stdin.end(input === undefined ? "" : JSON.stringify(input));
  });
}
