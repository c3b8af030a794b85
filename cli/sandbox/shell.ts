import { spawn } from "node:child_process";
import type { Command } from "commander";
import pc from "picocolors";
import { requireIdentity, type SandboxContext } from "./context";
import { sandboxEnvironment } from "./environment";

const DASHES =
  "put -- before the command: npx mesh sandbox shell -- kubectl --context eastus-cluster get pods -A";

/** Gives the command its argument. Options of what is to run are its own only behind `--`. */
export function withShellArguments(command: Command): Command {
  return command.argument("[command...]", "a command instead of a shell, after --").configureOutput({
    outputError: (text, write) => write(text.includes("unknown option") ? `${text}${DASHES}\n` : text),
  });
}

/**
 * Opens the user's shell, or runs a command, in the generated project with pulumi, kubectl, helm and istioctl
 * of the sandbox on PATH. Returns its exit code.
 *
 * @param command the command and its arguments. Empty opens a shell.
 */
export async function sandboxShell(context: SandboxContext, command: readonly string[]): Promise<number> {
  requireIdentity(context.home);
  if (!(await context.daemon.healthy())) {
    throw new Error(`The sandbox in ${context.home.root} is stopped. Start it again with: npm run sandbox`);
  }
  const [program = process.env["SHELL"] ?? "/bin/sh", ...args] = command;
  if (command.length === 0) {
    console.log(
      `${pc.bold("Sandbox shell")} in ${context.home.project}\n` +
        `  pulumi stack select eastus && pulumi preview\n` +
        `  kubectl --context ${context.stacks.regions[0] ?? ""}-cluster get pods -A\n` +
        `  istioctl --context ${context.stacks.regions[0] ?? ""}-cluster analyze -A --remote-contexts ${context.stacks.regions[0] ?? ""}-cluster\n` +
        `Leave it with exit.`,
    );
  }
  const child = spawn(program, args, {
    cwd: context.home.project,
    stdio: "inherit",
    env: { ...sandboxEnvironment(context.home), GLOBAL_MESH_SANDBOX: context.home.root },
  });
  // Ctrl-C is for what runs in the shell.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128));
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}
