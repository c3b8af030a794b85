import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxHome } from "../../sandbox/home";

/** The daemon's refusal of a request. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
  /** Why, in a word, e.g. `NoWorkload`; empty where the daemon did not say. */
  readonly code: string;
  /** Why, in the daemon's words. */
  readonly reason: string;

  constructor(message: string, answer: string) {
    super(message);
    const { code = "", message: reason = "" } = errorOf(answer);
    this.code = code;
    this.reason = reason;
  }
}

/** The admin side of a sandbox's daemon. */
export class DaemonClient {
  constructor(private readonly home: SandboxHome) {}

  /** True once the daemon serves; a cluster of it may be down all the same (see {@link health}). */
  async healthy(): Promise<boolean> {
    return (await this.health()).serving;
  }

  /** What the daemon says of itself; one that does not answer does not serve. */
  async health(): Promise<DaemonHealth> {
    try {
      const { text } = await this.exchange("GET", "/sandbox/health");
      return JSON.parse(text) as DaemonHealth;
    } catch {
      return { ready: false, serving: false, clusters: [] };
    }
  }

  /** Starts a cluster that is stopped or has failed. */
  async startCluster(name: string): Promise<void> {
    await this.call("POST", `/sandbox/clusters/${name}/start`);
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

  /** @param signal aborting it breaks the request off, by which the daemon ends what it does for it. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = 120_000,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const { status, text } = await this.exchange(method, path, body, timeoutMs, signal);
    if (status >= 300)
      throw new DaemonError(`${method} ${path}: HTTP ${status}: ${text.slice(0, 500)}`, text);
    return text === "" ? undefined : JSON.parse(text);
  }

  private exchange(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = 120_000,
    signal?: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    const identity = this.home.identity();
    if (identity === undefined) throw new Error(`there is no sandbox in ${this.home.root}`);
    const text = body === undefined ? "" : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const exchange = request(
        new URL(path, identity.armUrl),
        {
          method,
          timeout: timeoutMs,
          signal,
          // A connection of its own: one that is kept can end at the daemon's side just when it is used again, and
          // then nobody knows whether the request was taken.
          agent: false,
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
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
          });
          response.on("error", reject);
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

/** Whether the daemon serves, and which clusters of it are not whole. */
export interface DaemonHealth {
  /** It serves and every cluster is whole. */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly clusters: readonly {
    readonly name: string;
    /** `restarting`, `failed` or `stopped`. */
    readonly state: string;
    readonly troubles: readonly string[];
  }[];
}

/** What the daemon says of what stands and what stood. */
export interface DaemonReport {
  readonly clusters: readonly {
    readonly name: string;
    readonly location: string;
    readonly simulatedPods: number;
    /** Proxies that run. */
    readonly proxies: number;
    /** Pods that found no place for their proxy, as `namespace/name`. */
    readonly refusedProxies: readonly string[];
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

function errorOf(answer: string): { readonly code?: string; readonly message?: string } {
  try {
    return (JSON.parse(answer) as { error?: { code?: string; message?: string } }).error ?? {};
  } catch {
    return {};
  }
}
