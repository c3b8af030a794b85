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
    const { dataPlane } = this.mesh.in(from.region).agent;
    const place = `The proxy of ${from.region}/${from.workload} believes of ${host}`;
    await explained(expectation, place, () => dataPlane.beliefs(from.workload, host));
  }

  /** Runs expectations about how a workload takes requests; when one fails, it says what its proxy asks of callers. */
  async expectAt(server: Sender, expectation: () => void | Promise<void>): Promise<void> {
    const { dataPlane } = this.mesh.in(server.region).agent;
    const place = `The proxy of ${server.region}/${server.workload} asks of its callers`;
    await explained(expectation, place, () => dataPlane.inbound(server.workload));
  }
}

async function explained(
  expectation: () => void | Promise<void>,
  place: string,
  beliefs: () => Promise<unknown>,
): Promise<void> {
  try {
    await expectation();
  } catch (error) {
    const believed = await beliefs().catch((fault: unknown) => String(fault));
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${words}\n${place}:\n${JSON.stringify(believed, null, 1)}`, { cause: error });
  }
}

/** How often each value was seen. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
