import { connect } from "node:net";

const LOOK_EVERY_MS = 500;
/** Asking the address costs a connection, so it is done on every fourth look only. */
const ASK_EVERY = 4;
/** A refused connection may be an engine that is just ending in good order. */
const REFUSALS = 2;

/**
 * Calls `gone` once the engine is. A killed engine tells its plugins nothing, and they live in process groups
 * of their own: left alone, they would finish changes that nobody records. The address is asked as well,
 * because an engine that died before this process looked left no parent to miss.
 * @param parent the process id of the parent at the start
 * @param address where the engine listens, `host:port`
 */
export function watchEngine(parent: number, address: string | undefined, gone: (why: string) => void): void {
  let looks = 0;
  let refused = 0;
  const report = (why: string): void => {
    clearInterval(timer);
    gone(why);
  };
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      report("the engine's process is gone");
      return;
    }
    looks += 1;
    const match = /^(.*):(\d+)$/.exec(address ?? "");
    if (match === null || looks % ASK_EVERY !== 0) return;
    const probe = connect({ host: match[1] ?? "", port: Number(match[2]) });
    probe.setTimeout(LOOK_EVERY_MS, () => probe.destroy());
    probe.on("connect", () => {
      refused = 0;
      probe.destroy();
    });
    probe.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") refused += 1;
      if (refused === REFUSALS) report("the engine no longer listens");
    });
  }, LOOK_EVERY_MS);
}
