import { readdirSync, readFileSync } from "node:fs";

/** One process as /proc shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of its own and of the children that ended and were waited for. */
  readonly cpuSeconds: number;
  /** The part of those children. */
  readonly endedChildrenSeconds: number;
}

/** /proc counts processor time in hundredths of a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Reads a line of /proc/PID/stat. */
export function parseStat(stat: string): ProcessEntry {
  // The name in parentheses may hold spaces and parentheses; what follows it is counted from field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const children = field(16) + field(17);
  return {
    pid: Number.parseInt(stat, 10),
    parent: field(4),
    cpuSeconds: (field(14) + field(15) + children) / TICKS_PER_SECOND,
    endedChildrenSeconds: children / TICKS_PER_SECOND,
  };
}

/** All processes that live now. */
export function processes(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))];
      } catch {
        return []; // ended meanwhile
      }
    });
}

/** A process and everything that it started, directly or not, and that lives. */
export function processTree(root: number, all: readonly ProcessEntry[] = processes()): ProcessEntry[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const entry of found) found.push(...all.filter(({ parent }) => parent === entry.pid));
  return found;
}

/** The most memory that a process held so far, in bytes. */
export function peakMemory(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(peak ?? 0) * 1024;
}
