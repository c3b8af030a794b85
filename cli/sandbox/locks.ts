import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { identityOf } from "../../sandbox/processes";
import type { SandboxContext } from "./context";

/**
 * Gives back the stack locks of Pulumi commands that were killed: the file backend keeps a lock as a file with the
 * holder's pid, and the next update is refused until somebody says `pulumi cancel`. A lock whose holder runs, in the
 * sandbox's shell perhaps, is left alone.
 */
export async function releaseDeadLocks(context: SandboxContext): Promise<void> {
  for (const stack of [context.stacks.global, ...context.stacks.regions]) {
    const holders = lockHolders(path.join(context.home.backend, ".pulumi", "locks", "organization"), stack);
    if (holders.length > 0 && holders.every((pid) => identityOf(pid) === undefined)) {
      await context.workspace.cancel(stack);
    }
  }
}

/** Pids in the lock files of a stack, whatever the project's name is. */
function lockHolders(folder: string, stack: string): number[] {
  return entries(folder)
    .flatMap((project) => {
      const locks = path.join(folder, project, stack);
      return entries(locks).map((name) => path.join(locks, name));
    })
    .flatMap((file) => {
      const { pid } = JSON.parse(readFileSync(file, "utf8")) as { pid?: number };
      return pid === undefined ? [] : [pid];
    });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
