import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxHome } from "../../sandbox/home";

/** The admin side of a sandbox's daemon. */
export class DaemonClient {
  constructor(private readonly home: SandboxHome) {}

  /** True once the daemon answers and everything that stood before stands again. */
  async healthy(): Promise<boolean> {
    try {
      await this.call("GET", "/sandbox/health");
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the daemon is healthy; `alive` says whether its process still runs. */
  async waitHealthy(alive: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await this.healthy())) {
      signal?.throwIfAborted();
      if (!alive()) throw new Error("the sandbox's daemon ended while starting");
      if (Date.now() > end)
        throw new Error(`the sandbox's daemon was not ready within ${timeoutMs / 1000} s`);
      await sleep(200);
    }
  }

  report(): Promise<DaemonReport> {
    return this.call("GET", "/sandbox/report") as Promise<DaemonReport>;
  }

  call(method: string, path: string, body?: unknown, timeoutMs = 120_000): Promise<unknown> {
    const identity = this.home.identity();
    if (identity === undefined) throw new Error(`there is no sandbox in ${this.home.root}`);
    const text = body === undefined ? "" : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const exchange = request(
        new URL(path, identity.armUrl),
        {
          method,
          timeout: timeoutMs,
          headers: {
            authorization: `Bearer ${readFileSync(this.home.adminTokenFile, "utf8").trim()}`,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(text),
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () => {
            const answer = Buffer.concat(parts).toString();
            const status = response.statusCode ?? 0;
            if (status >= 300)
              reject(new Error(`${method} ${path}: HTTP ${status}: ${answer.slice(0, 500)}`));
            else resolve(answer === "" ? undefined : JSON.parse(answer));
          });
        },
      );
      exchange.on("timeout", () => {
        exchange.destroy(new Error(`${method} ${path}: no answer within ${timeoutMs / 1000} s`));
      });
      exchange.on("error", reject);
      exchange.end(text);
    });
  }
}

/** What the daemon says of what stands and what stood. */
export interface DaemonReport {
  readonly clusters: readonly {
    readonly name: string;
    readonly location: string;
    readonly simulatedPods: number;
  }[];
  /** Clusters that were deleted, with what still bore our labels just before. */
  readonly deletedClusters: readonly {
    readonly name: string;
    readonly leftovers: readonly string[];
    readonly keptCrds: readonly string[];
    /** ConfigMaps that istiod left in namespaces of others; of existing clusters only. */
    readonly keptConfigMaps?: readonly string[];
    /** Why nobody could be asked what is left; absent where the lists are an answer. */
    readonly unasked?: string;
  }[];
  /** Ids of the ARM resources that exist. */
  readonly resources: readonly string[];
}
