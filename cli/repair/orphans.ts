import { readFileSync, readdirSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A plugin whose engine is gone and which still works at its last call. */
export interface Orphan {
  readonly pid: number;
  /** e.g. `pulumi-resource-kubernetes`. */
  readonly program: string;
}

interface Process extends Orphan {
  readonly parent: number;
}

/** Who is given the children of a process that ended, beside process 1. */
const REAPER = /^(systemd|init|tini|docker-init|dumb-init|catatonit|conmon|containerd-shim.*)$/;

/**
 * Plugins that outlived their engine. The official ones finish the call that they were given, which may be the
 * creation of a cluster or the installation of a chart: what exists is only known when they have ended. Those of other
 * users, and those that an editor or another program runs, are none of ours. Empty where there is no /proc.
 */
export function findOrphans(proc = "/proc", uid: number | undefined = process.getuid?.()): Orphan[] {
  return pids(proc)
    .filter((pid) => uid === undefined || ownerOf(proc, pid) === uid)
    .flatMap((pid) => processOf(proc, pid) ?? [])
    .filter(({ program }) => program.startsWith("pulumi-resource-"))
    .filter(({ parent }) => parent === 1 || REAPER.test(processOf(proc, parent)?.program ?? ""))
    .map(({ pid, program }) => ({ pid, program }));
}

/** How long a plugin may go on with its last call, such as the creation of a cluster. */
const LIMIT_MS = 30 * 60_000;

export interface WaitOptions {
  readonly find?: () => readonly Orphan[];
  /** @default 30 minutes */
  readonly limitMs?: number;
  readonly everyMs?: number;
}

/** Waits for the plugins that outlived their engine; after half an hour it says so and goes on. */
export async function waitForOrphans(
  signal: AbortSignal,
  say: (line: string) => void,
  { find = () => findOrphans(), limitMs = LIMIT_MS, everyMs = 500 }: WaitOptions = {},
): Promise<void> {
  const end = Date.now() + limitMs;
  let told = "";
  for (;;) {
    const words = find()
      .map(({ pid, program }) => `${program} (${pid})`)
      .join(", ");
    if (words === "") return;
    if (Date.now() >= end) {
      say(
        `these plugins still work for an engine that is gone: ${words}. What they make from now on is not seen.`,
      );
      return;
    }
    if (words !== told) say(`waiting for plugins that finish their last call: ${words}`);
    told = words;
    await sleep(everyMs, undefined, { signal });
  }
}

function pids(proc: string): number[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Undefined for a process that has just ended. */
function ownerOf(proc: string, pid: number): number | undefined {
  return statSync(`${proc}/${pid}`, { throwIfNoEntry: false })?.uid;
}

/** By its command line: the kernel cuts a program's name off after 15 characters. */
function processOf(proc: string, pid: number): Process | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, "latin1");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    const [path = ""] = readFileSync(`${proc}/${pid}/cmdline`, "utf8").split("\0");
    return { pid, parent: Number(parent), program: path.split("/").at(-1) ?? "" };
  } catch {
    return undefined;
  }
}
