import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeJson } from "../../sandbox/home";
import { identityOf, isAlive, withLock, type ProcessIdentity } from "../../sandbox/processes";
import type { SandboxContext } from "./context";

/** Who is at work on a sandbox. The kernel holds the lock; this only says whose it is. */
export interface Worker extends ProcessIdentity {
  /** e.g. `mesh sandbox up`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Runs a command that changes a sandbox, unless another one is at it: the second would end what the first started. */
export function exclusively<T>(context: SandboxContext, command: string, work: () => Promise<T>): Promise<T> {
  const { root } = context.home;
  const file = noteFile(root);
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
        throw otherAtWork(root);
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

function noteFile(root: string): string {
  return path.join(root, "command.json");
}

/** Who is at work on a sandbox; undefined where nobody has said so yet, or the note is a killed one's. */
export function workerOn(root: string): Worker | undefined {
  try {
    const worker = JSON.parse(readFileSync(noteFile(root), "utf8")) as Worker;
    return isAlive(worker) ? worker : undefined;
  } catch {
    return undefined;
  }
}

/** `mesh sandbox up, process 17, since 2026-01-01T00:00:00.000Z`. */
export function describeWorker({ command, pid, since }: Worker): string {
  return `${command}, process ${pid}, since ${since}`;
}

/** The refusal of a second command. */
export function otherAtWork(root: string): Error {
  const worker = workerOn(root);
  const who = worker === undefined ? "" : `: ${describeWorker(worker)}`;
  return new Error(
    `Another mesh sandbox command is at work on ${root}${who}. Wait for it, or end it with Ctrl-C.`,
  );
}
