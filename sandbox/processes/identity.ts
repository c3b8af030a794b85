import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What makes a process that process: the kernel gives numbers out again, so a bare pid in a file may be
 * somebody else's program by the time it is read.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks from boot to the start of the process. */
  readonly startTime: string;
}

interface ProcessStat {
  readonly state: string;
  readonly startTime: string;
}

/** The identity of the process that has this pid now, or undefined when there is none or it has ended (zombie). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || hasEnded(stat) ? undefined : { pid, startTime: stat.startTime };
}

/** Whether this very process still runs. A zombie has ended, although `kill -0` succeeds on it. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return stat !== undefined && !hasEnded(stat) && stat.startTime === identity.startTime;
}

/** Sends a signal to this very process. False when it has ended, also when another one has its pid now. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Waits until the process has ended. False when it still runs after `timeoutMs`. */
export async function waitUntilEnded(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

/** Ends a process that need not be our child: SIGTERM, and SIGKILL when it stays longer than `graceMs`. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signalProcess(identity, "SIGTERM");
  if (await waitUntilEnded(identity, graceMs)) return;
  signalProcess(identity, "SIGKILL");
  if (!(await waitUntilEnded(identity, 5_000))) {
    throw new Error(`Process ${identity.pid} is still there 5 s after SIGKILL: it hangs in the kernel.`);
  }
}

/** The fields of /proc/PID/stat that matter here. The program's name may hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined || !/^\d+$/.test(startTime)
    ? undefined
    : { state, startTime };
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    // ESRCH: the process ended between open and read.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

function hasEnded(stat: ProcessStat): boolean {
  return stat.state === "Z" || stat.state === "X";
}
