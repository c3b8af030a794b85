import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxContext } from "../../../../cli/sandbox/context";
import type { Result } from "../../../../sandbox/app/settings";

/** The service that runs in every region, and spreads over all of them. */
export const HOST = "test-app.global";

/** Who calls it. */
export const CALLER = "test-client";

/** Between two orders of a region: the engine is to have something of the machine, too. */
const PAUSE_MS = 200;

/** A request of the load. */
export interface Sent {
  readonly from: string;
  readonly status?: number;
  readonly error?: string;
  /** Region that answered. */
  readonly by?: string;
  /** When it was sent, in ms since 1970. */
  readonly at: number;
}

/**
 * Requests that go on until they are told to stop, from the client in each of some regions to the service in all.
 * Some of them are slow, so that there always are some under way.
 */
export class Load {
  readonly sent: Sent[] = [];
  private readonly loops = new Map<string, Promise<void>>();
  private readonly stopping = new Set<string>();

  constructor(private readonly context: () => SandboxContext) {}

  start(regions: readonly string[]): void {
    for (const region of regions) {
      this.stopping.delete(region);
      this.loops.set(region, this.run(region));
    }
  }

  /** Done when the last request has its answer. */
  async stop(regions: readonly string[] = [...this.loops.keys()]): Promise<void> {
    for (const region of regions) this.stopping.add(region);
    await Promise.all(regions.flatMap((region) => this.loops.get(region) ?? []));
  }

  private async run(from: string): Promise<void> {
    while (!this.stopping.has(from)) {
      const results = await Promise.all([
        this.order(from, { count: 12, concurrency: 2 }, ""),
        this.order(from, { count: 1 }, "?delay=300"),
      ]);
      for (const { status, error, answer, body, at } of results.flat())
        this.sent.push({
          from,
          at,
          ...(status === undefined ? {} : { status }),
          ...(error === undefined && body === undefined ? {} : { error: error ?? body ?? "" }),
          ...(answer === undefined ? {} : { by: answer.region }),
        });
      await sleep(PAUSE_MS);
    }
  }

  private async order(from: string, order: object, query: string): Promise<readonly Result[]> {
    const body = { region: from, workload: CALLER, order: { ...order, url: `http://${HOST}/${query}` } };
    try {
      const answer = await this.context().daemon.call("POST", "/sandbox/requests", body);
      return (answer as { results: readonly Result[] }).results;
    } catch (error) {
      // Not swallowed: a load that is not sent would show nothing, and is a failure like a request without an answer.
      return [{ error: String(error), ms: 0, at: Date.now() }];
    }
  }
}
