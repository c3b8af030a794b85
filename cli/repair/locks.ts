import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** Who holds a stack, as the lock file of a state backend says. */
export interface StackLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** ISO 8601: when it was taken. */
  readonly timestamp: string;
}

/** What can be said of the holder of a lock. */
export type Holder =
  /** The process that took it runs. */
  | "alive"
  /** It has ended without giving the lock back. */
  | "dead"
  /** It was taken on another machine, where nobody can look from here. */
  | "elsewhere";

/** What this machine knows of itself. */
export interface Machine {
  readonly hostname: string;
  /** When the process with this number started, in milliseconds since 1970; undefined where there is none. */
  startOf(pid: number): number | undefined;
}

/** The kernel counts from a boot time in whole seconds. */
const CLOCK_SLACK_MS = 2_000;

/** Whether the process that took a lock still runs. A later process that was given its number is not it. */
export function holderOf(lock: StackLock, machine: Machine): Holder {
  if (lock.hostname !== machine.hostname) return "elsewhere";
  const start = machine.startOf(lock.pid);
  return start === undefined || start > Date.parse(lock.timestamp) + CLOCK_SLACK_MS ? "dead" : "alive";
}

/** A lock and its holder in words, with what to do: the engine's own error says neither. */
export function explainLock(stack: string, lock: StackLock, holder: Holder): string {
  const who = `${lock.username}@${lock.hostname}, process ${lock.pid}, since ${lock.timestamp}`;
  const cancel = `pulumi cancel --yes --stack ${stack}`;
  switch (holder) {
    case "alive":
      return (
        `Stack ${stack} is locked by ${who}, which runs. Wait for it, or end it in order ` +
        `with: kill -INT ${lock.pid}`
      );
    case "dead":
      return (
        `Stack ${stack} is locked by ${who}, which has ended without giving the lock back: it was killed. ` +
        `Give it back with: ${cancel}`
      );
    case "elsewhere":
      return (
        `Stack ${stack} is locked by ${who}. That is another machine: ask there whether the process runs, and only ` +
        `if it does not: ${cancel}`
      );
  }
}

/** The locks that an error of the engine names. */
export function locksIn(error: string): StackLock[] {
  const pattern = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;
  return [...error.matchAll(pattern)].map(([, username = "", hostname = "", pid, timestamp = ""]) => ({
    username,
    hostname,
    pid: Number(pid),
    timestamp,
  }));
}

/**
 * The locks of a stack in a backend that is a folder.
 *
 * @param project without it, those of equally named stacks of all projects.
 */
export function locksOf(backend: string, stack: string, project?: string): StackLock[] {
  const folder = path.join(backend, ".pulumi", "locks", "organization");
  // The stack may be given with its organization and project.
  const name = stack.split("/").at(-1) ?? stack;
  return entries(folder)
    .filter((one) => project === undefined || one === project)
    .flatMap((one) => {
      const locks = path.join(folder, one, name);
      return entries(locks).map((file) => path.join(locks, file));
    })
    .flatMap((file) => readLock(file) ?? []);
}

/** Undefined for one that was given back while it was read, or that holds no pid. */
function readLock(file: string): StackLock | undefined {
  try {
    const lock = JSON.parse(readFileSync(file, "utf8")) as Partial<StackLock>;
    if (lock.pid === undefined) return undefined;
    const { pid, username = "?", hostname = "?", timestamp = "" } = lock;
    return { pid, username, hostname, timestamp };
  } catch {
    return undefined;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
