import { spawn } from "node:child_process";

/** Waits for the other end of descriptor 3 to close, which the kernel sees to even when this process is killed. */
const WATCH = `
read -r _ <&3
kill -INT "-$1" && sleep "$2" && kill -KILL "-$1"
`;

/**
 * Ends a process group when this process does, killed or not: a build that goes on unwatched would take the cores
 * from the next one, and nobody would get what it makes.
 *
 * @param group number of the group: the pid of its leader.
 * @param graceMs time to end by itself before it is killed.
 * @returns lets go of the group, which has ended.
 */
export function endWithUs(group: number, graceMs: number): () => void {
  const watcher = spawn("/bin/sh", ["-c", WATCH, "sh", String(group), String(graceMs / 1000)], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    // A Ctrl-C of the terminal is for us to pass on.
    detached: true,
  });
  watcher.unref();
  // Without a shell there is no lifeline, and nothing else is worse for it.
  watcher.on("error", () => undefined);
  const line = watcher.stdio[3];
  line?.on("error", () => undefined);
  return () => {
    watcher.kill("SIGKILL");
    line?.destroy();
  };
}
