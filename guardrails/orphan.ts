import { readFileSync } from "node:fs";

const LOOK_EVERY_MS = 1000;

/**
 * Ends this process once the engine is gone. The CLI starts a policy pack through a shell script and ends both when
 * it is done; a killed CLI ends neither, and the pack would stay for ever. Where there is no /proc nothing is watched.
 */
export function endWithEngine(exit: () => void = () => process.exit(0)): void {
  const script = process.ppid;
  const engine = parentOf(script);
  if (engine === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid === script && parentOf(script) === engine) return;
    clearInterval(timer);
    exit();
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** The name in the second field may hold anything, spaces and brackets too: what follows its last bracket counts. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
