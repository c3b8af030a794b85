import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, fstatSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, identityOf, isAlive } from "./identity";
import {
  inStopOrder,
  liveRecords,
  readRecords,
  removeRecord,
  writeRecord,
  type ProcessRecord,
} from "./records";

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 8_000;

/** A process to start. */
export interface SpawnOptions {
  /** Name in records, reports and errors, e.g. `eastus-cluster/etcd`. */
  readonly name: string;
  /** Path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** @default the folder of the log file */
  readonly cwd?: string;
  /** Where stdout and stderr go, appended. Private to the user. */
  readonly logFile: string;
  /** Lower waves end first. @default 0 */
  readonly stopWave?: number;
  /**
   * Outlives this process: a session of its own, which no Ctrl-C of the terminal reaches, and nothing here waits
   * for it. @default false
   */
  readonly detached?: boolean;
}

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that this run started. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  /** Whether its end was asked for, by `stop` or by the registry. */
  readonly stopping: boolean;
  /** SIGTERM, and SIGKILL when it stays longer than `timeoutMs` (default 8 s). Done when it has ended. */
  stop(timeoutMs?: number): Promise<void>;
  /** Sends a signal; nothing happens when the process has ended. */
  kill(signal: NodeJS.Signals): void;
  /** The last lines that this process wrote to its log. */
  tail(): string;
}

/**
 * Starts processes and keeps a record of each in a folder until it has ended, so that the next run can end
 * what a killed one left behind.
 */
export class ProcessRegistry {
  private readonly running = new Map<number, { process: ManagedProcess; stopWave: number }>();
  private closed = false;

  constructor(private readonly folder: string) {}

  /** Records of `folder` whose processes still run. */
  static alive(folder: string): ProcessRecord[] {
    return liveRecords(folder);
  }

  /**
   * Ends every recorded process that still runs and removes the records. A pid that another program has by now
   * is left alone. Returns the names of the ended ones.
   */
  static async endRecorded(folder: string, graceMs: number = GRACE_MS): Promise<string[]> {
    const ended: string[] = [];
    for (const wave of inStopOrder(readRecords(folder))) {
      await Promise.all(
        wave.map(async (record) => {
          if (isAlive(record)) {
            await endProcess(record, graceMs);
            ended.push(record.name);
          }
          removeRecord(folder, record);
        }),
      );
    }
    return ended;
  }

  /** Starts a process. Fails when the program cannot be started; a later exit shows in `exited`. */
  async spawn(options: SpawnOptions): Promise<ManagedProcess> {
    if (this.closed) throw new Error(`${options.name} is not started: the sandbox is stopping.`);
    const log = openLog(options.logFile);
    try {
      const child = spawn(options.command, options.args, {
        cwd: options.cwd ?? dirname(options.logFile),
        env: options.env ?? process.env,
        stdio: ["ignore", log.fd, log.fd],
        detached: options.detached ?? false,
      });
      if (options.detached === true) child.unref();
      const exited = exitOf(child);
      const pid = child.pid;
      if (pid === undefined) {
        const cause = await exited.catch((error: unknown) => error);
        throw new Error(`${options.name}: ${options.command} cannot be started: ${messageOf(cause)}`, {
          cause,
        });
      }
      return this.adopt({ ...options, pid, child, exited, logStart: log.size });
    } finally {
      closeSync(log.fd);
    }
  }

  /** Ends everything that this registry started, wave by wave, and starts nothing more. */
  async stopAll(timeoutMs: number = GRACE_MS): Promise<void> {
    this.closed = true;
    for (const wave of inStopOrder([...this.running.values()])) {
      await Promise.all(wave.map(({ process }) => process.stop(timeoutMs)));
    }
  }

  private adopt(
    o: SpawnOptions & { pid: number; child: ChildProcess; exited: Promise<ExitStatus>; logStart: number },
  ): ManagedProcess {
    const { pid, child, exited } = o;
    const stopWave = o.stopWave ?? 0;
    const identity = identityOf(pid);
    const record: ProcessRecord | undefined = identity && {
      ...identity,
      name: o.name,
      command: o.command,
      stopWave,
    };
    if (record !== undefined) writeRecord(this.folder, record);

    let stopping = false;
    const process: ManagedProcess = {
      name: o.name,
      pid,
      exited,
      get stopping() {
        return stopping;
      },
      // child.kill does nothing once the exit was seen, so a pid given out again is never hit.
      kill: (signal) => void child.kill(signal),
      stop: async (timeoutMs = GRACE_MS) => {
        stopping = true;
        child.kill("SIGTERM");
        const ended = await Promise.race([exited.then(() => true), sleep(timeoutMs, false, { ref: false })]);
        if (!ended) child.kill("SIGKILL");
        await exited;
      },
      tail: () => readTail(o.logFile, o.logStart),
    };
    this.running.set(pid, { process, stopWave });
    void exited.then(() => {
      this.running.delete(pid);
      if (record !== undefined) removeRecord(this.folder, record);
    });
    return process;
  }
}

function exitOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => {
      // Also emitted when a signal cannot be sent, which says nothing about the start.
      if (child.pid === undefined) reject(error);
    });
  });
}

function openLog(file: string): { fd: number; size: number } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, "a", 0o600);
  return { fd, size: fstatSync(fd).size };
}

/** The last lines of a log from `start` on: earlier lines belong to an earlier process. */
function readTail(file: string, start: number, lines = 15, bytes = 8_192): string {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const size = fstatSync(fd).size;
    const from = Math.max(start, size - bytes);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    readSync(fd, buffer, 0, buffer.length, from);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } finally {
    closeSync(fd);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
