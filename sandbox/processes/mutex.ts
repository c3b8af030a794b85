import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** How to wait for a lock. */
export interface LockOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: () => void;
  /** @default 200 ms */
  readonly pollMs?: number;
}

/**
 * Runs `body` while no other process of this user on this machine runs one under the same name.
 *
 * The lock is an abstract Unix socket, which the kernel gives to one holder and takes back when the holder dies,
 * killed ones included. A lock file would need a guess at when it is stale, and two processes that guess at the
 * same moment take it both.
 */
export async function withLock<T>(
  name: string,
  body: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const address = `\0global-mesh-${userInfo().uid}-${digest}`;
  let waiting = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const holder = await tryHold(address);
    if (holder !== undefined) {
      try {
        return await body();
      } finally {
        await new Promise((resolve) => holder.close(resolve));
      }
    }
    if (!waiting) options.onWait?.();
    waiting = true;
    await sleep(options.pollMs ?? 200, undefined, { signal: options.signal });
  }
}

async function tryHold(address: string): Promise<Server | undefined> {
  const server = createServer((connection) => connection.destroy());
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}
