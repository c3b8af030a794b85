import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeJson } from "../../sandbox/home";
import { identityOf, isAlive, withLock, type ProcessIdentity } from "../../sandbox/processes";
import type { SandboxContext } from "./context";

/** Who is at work on a sandbox. The kernel holds the lock; this only says whose it is. */
interface Worker extends ProcessIdentity {
  /** e.g. `mesh sandbox up`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Runs a command that changes a sandbox, unless another one is at it: the second would end what the first started. */
export function exclusively<T>(context: SandboxContext, command: string, work: () => Promise<T>): Promise<T> {
  const { root } = context.home;
  const file = path.join(root, "command.json");
  return withLock(
    `home ${root}`,
    async () => {
      note(context, file, command);
      try {
        return await work();
      } finally {
        rmSync(file, { force: true });
      }
    },
    {
      onWait: () => {
        throw new Error(
          `Another mesh sandbox command is at work on ${root}${holder(file)}. Wait for it, or end it with Ctrl-C.`,
        );
      },
    },
  );
}

function note(context: SandboxContext, file: string, command: string): void {
  const identity = identityOf(process.pid);
  if (identity === undefined) return;
  mkdirSync(context.home.root, { recursive: true, mode: 0o700 });
  writeJson(file, { ...identity, command, since: new Date().toISOString() } satisfies Worker);
}

/** Empty where the holder has not said who it is yet, or the note is a killed one's. */
function holder(file: string): string {
  try {
    const worker = JSON.parse(readFileSync(file, "utf8")) as Worker;
    return isAlive(worker) ? `: ${worker.command}, process ${worker.pid}, since ${worker.since}` : "";
  } catch {
    return "";
  }
}
