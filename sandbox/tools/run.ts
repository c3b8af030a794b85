import { spawn } from "node:child_process";
import { endWithUs } from "./lifeline";

/** What a finished program left. */
export interface RunResult {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** @default no limit */
  readonly timeoutMs?: number;
}

/** Time to end by itself. */
const KILL_AFTER_MS = 2_000;

/**
 * Runs a program to its end. It gets a process group of its own: `go build` starts compilers, and a signal that
 * reached only `go` would leave them at work. The group ends with this process, also when that is killed.
 *
 * @throws when the program cannot be started, when it is aborted and when it takes too long
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const output = { stdout: "", stderr: "" };
    const letGo = child.pid === undefined ? () => undefined : endWithUs(child.pid, KILL_AFTER_MS);
    let refusal: Error | undefined;
    let killer: NodeJS.Timeout | undefined;
    const signalGroup = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has ended by itself.
      }
    };
    const endGroup = (error: Error): void => {
      refusal = error;
      // Go removes its temporary folder when it is asked to end, not when it is killed.
      signalGroup("SIGINT");
      killer ??= setTimeout(() => signalGroup("SIGKILL"), KILL_AFTER_MS);
    };
    const onAbort = (): void => endGroup(abortReason(options.signal));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            endGroup(new Error(`${command} did not end within ${(options.timeoutMs ?? 0) / 1000} s.`));
          }, options.timeoutMs);
    const settle = (): void => {
      letGo();
      clearTimeout(timer);
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", onAbort);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", (error) => {
      settle();
      reject(refusal ?? error);
    });
    child.once("close", (code) => {
      settle();
      if (refusal !== undefined) reject(refusal);
      else resolve({ code: code ?? undefined, ...output });
    });
  });
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
