import type { Order, Result } from "../../../../sandbox/app/settings";
import type { TestMesh } from "./mesh";

/** Who sends. */
export interface Sender {
  readonly region: string;
  /** Value of the label `app`, with the namespace before it where that is needed. */
  readonly workload: string;
}

/** Sends requests as a workload; what an expectation then makes of them can tell what the proxy believed. */
export class Requests {
  constructor(private readonly mesh: TestMesh) {}

  /** The results in order of sending. */
  send(from: Sender, order: Order): Promise<Result[]> {
    return this.mesh.in(from.region).agent.dataPlane.send(from.workload, order);
  }

  /** Sends until what came back is as wished; a policy takes a moment to reach the proxies. */
  async until(
    from: Sender,
    order: Order,
    wished: (results: readonly Result[]) => boolean,
  ): Promise<Result[]> {
    const end = Date.now() + 60_000;
    for (;;) {
      const results = await this.send(from, order);
      if (wished(results) || Date.now() > end) return results;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Runs expectations about the requests to a host; when one fails, it says what the sender's proxy believed. */
  async expect(from: Sender, host: string, expectation: () => void | Promise<void>): Promise<void> {
    try {
      await expectation();
    } catch (error) {
      const beliefs = await this.mesh
        .in(from.region)
        .agent.dataPlane.beliefs(from.workload, host)
        .catch((fault: unknown) => String(fault));
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${words}\nThe proxy of ${from.region}/${from.workload} believes of ${host}:\n${JSON.stringify(beliefs, null, 1)}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** How often each value was seen. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
