import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { identityOf } from "../../sandbox/processes";
import type { Machine } from "./locks";

/** This machine. */
export function thisMachine(): Machine {
  return { hostname: os.hostname(), startOf };
}

/** From the process table where there is no /proc. A process that is only waiting to be collected has ended. */
function startOf(pid: number): number | undefined {
  if (process.platform !== "linux") return fromProcessTable(pid);
  const found = identityOf(pid);
  return found === undefined ? undefined : bootTime() + Number(found.startTime) * TICK_MS;
}

/** What the kernel shows to programs is always in hundredths of a second. */
const TICK_MS = 10;

function bootTime(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "latin1"))?.[1]) * 1000;
}

function fromProcessTable(pid: number): number | undefined {
  try {
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return Date.parse(started.trim());
  } catch {
    return undefined;
  }
}
