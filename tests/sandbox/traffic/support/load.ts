import { setTimeout as sleep } from "node:timers/promises";
import type { Order, Result } from "../../../../sandbox/app/settings";
import type { Requests, Sender } from "./requests";

/** How a load sends; count and concurrency are its own to decide. */
export interface LoadOptions {
  readonly order: Omit<Order, "count" | "concurrency">;
  /** Requests a second, as far as the machine can. @default 40 */
  readonly perSecond?: number;
}

/** Between two batches: short enough that a gap in the answers is seen as one. */
const BEAT_MS = 100;
/** Batches under way at once: requests that hang must not keep later ones back, nor pile up without end. */
const MOST_BATCHES = 40;
/** Longer than any request of a healthy mesh on a busy machine. */
const TIMEOUT_MS = 5_000;

/** For requests of which none may fail: no pause of the machine is that long, and what hangs still fails. */
export const PATIENT_MS = 30_000;

/** Those that send now. */
const underWay = new Set<Load>();

/** Stops every load that still sends: a test that fails does not come to stop its own. */
export async function stopLoads(): Promise<void> {
  // Why one ended is its test's to tell.
  await Promise.allSettled([...underWay].map((load) => load.stop()));
}

/**
 * Sends requests as a workload, at a steady pace whatever becomes of them, until it is stopped: what is done to the
 * mesh meanwhile shows in their results.
 */
export class Load {
  private readonly results: Result[] = [];
  private readonly batches = new Set<Promise<void>>();
  private readonly running: Promise<void>;
  private fault: Error | undefined;
  private stopped = false;

  private constructor(
    private readonly requests: Pick<Requests, "send">,
    private readonly from: Sender,
    private readonly o: LoadOptions,
  ) {
    this.running = this.run();
  }

  /** Begins to send. */
  static start(requests: Pick<Requests, "send">, from: Sender, options: LoadOptions): Load {
    const load = new Load(requests, from, options);
    underWay.add(load);
    return load;
  }

  /** What came back so far, in order of coming. */
  get soFar(): readonly Result[] {
    return this.results;
  }

  /** Stops sending; the results of all requests, in order of sending. */
  async stop(): Promise<Result[]> {
    this.stopped = true;
    underWay.delete(this);
    await this.running;
    await Promise.all(this.batches);
    if (this.fault !== undefined) throw this.fault;
    return this.results.toSorted((one, other) => one.at - other.at);
  }

  private async run(): Promise<void> {
    const { perSecond = 40 } = this.o;
    const begin = Date.now();
    let sent = 0;
    while (!this.stopped && this.fault === undefined) {
      const due = Math.floor(((Date.now() - begin) * perSecond) / 1_000) - sent;
      if (due > 0 && this.batches.size < MOST_BATCHES) {
        // What a machine had no time for is not made up for: that would be another load.
        const count = Math.min(due, perSecond);
        sent += due;
        const batch = this.batch(count).finally(() => this.batches.delete(batch));
        this.batches.add(batch);
      }
      await sleep(BEAT_MS);
    }
  }

  private async batch(count: number): Promise<void> {
    try {
      const order = { timeoutMs: TIMEOUT_MS, ...this.o.order, count, concurrency: count };
      this.results.push(...(await this.requests.send(this.from, order)));
    } catch (error) {
      // The sender itself is gone: nothing more can be learned from it.
      this.fault ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** What an event did to the requests of a load. */
export interface Toll {
  readonly sent: number;
  readonly failed: number;
  /** From the event to the sending of the last request that failed; 0 where none did. */
  readonly lastFailureMs: number;
}

/** Whether a request got the answer of a workload. */
export function isServed({ status, answer }: Result): boolean {
  return status !== undefined && status < 400 && answer !== undefined;
}

/** The requests from an event on: how many there were, how many failed, and for how long. */
export function tollSince(results: readonly Result[], event: number): Toll {
  // A request that was under way at the event may be its victim, too.
  const after = results.filter(({ at, ms }) => at + ms >= event);
  const failed = after.filter((result) => !isServed(result));
  const last = Math.max(event, ...failed.map(({ at }) => at));
  return { sent: after.length, failed: failed.length, lastFailureMs: last - event };
}

/** A toll as a line for the log of a test run. */
export function told(what: string, { sent, failed, lastFailureMs }: Toll): string {
  const seconds = (lastFailureMs / 1_000).toFixed(1);
  return `${what}: ${failed} of ${sent} requests failed, the last ${seconds} s after the event`;
}
