import { spawn } from "node:child_process";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as automationErrors from "@pulumi/pulumi/automation/errors";

/** What a command printed and how it ended; the SDK's own class is not in its declarations. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What the SDK makes of a command that failed; exported by it, but kept out of its declarations. */
const { createCommandError } = automationErrors as unknown as {
  createCommandError: (result: CommandResult) => Error;
};

type Tell = (text: string) => void;

/** The method that the Automation API starts every command with; not in the SDK's declarations either. */
type Run = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  onOutput?: Tell,
  onError?: Tell,
  signal?: AbortSignal,
) => Promise<CommandResult>;

/**
 * The `pulumi` of a folder for the Automation API, started in two respects otherwise than by the SDK:
 * - In a process group of its own. A Ctrl-C reaches the terminal's whole group, and the SDK sends one more when its
 *   signal is aborted: the second would make the engine give up on running operations instead of ending them.
 * - With exactly the environment that it is given. The SDK adds this process's own, credentials of clouds included.
 */
export async function pulumiCommand(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<PulumiCommand> {
  const command = await PulumiCommand.get({ root, skipVersionCheck: true });
  const run: Run = (args, cwd, additional, onOutput, onError, signal) =>
    runCommand(command.command, args, { cwd, env: { ...env, ...additional }, onOutput, onError, signal });
  return Object.assign(Object.create(command) as PulumiCommand, { run });
}

interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: Tell | undefined;
  readonly onError: Tell | undefined;
  readonly signal: AbortSignal | undefined;
}

function runCommand(command: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
  const { cwd, env, onOutput, onError, signal } = options;
  // The SDK listens for an abort that is to come and goes on after one that came before.
  signal?.throwIfAborted();
  const child = spawn(command, [...args, "--non-interactive"], {
    cwd,
    env: { ...env, PULUMI_AUTOMATION_API: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = (): void => void child.kill("SIGINT");
  signal?.addEventListener("abort", stop, { once: true });
  const [stdout, stderr] = [collect(child.stdout, onOutput), collect(child.stderr, onError)];
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", stop);
      const result = {
        stdout: stdout.join(""),
        stderr: stderr.join(""),
        code: code ?? -2,
        // The message of the error that the SDK makes of it.
        toString: () => stderr.join("").trim() || `pulumi ${args[0] ?? ""} ended with code ${code ?? -2}`,
      };
      if (code === 0) resolve(result);
      else reject(createCommandError(result));
    });
  });
}

function collect(stream: NodeJS.ReadableStream, tell: Tell | undefined): string[] {
  const parts: string[] = [];
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    parts.push(text);
    tell?.(text);
  });
  return parts;
}
