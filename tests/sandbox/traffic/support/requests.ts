import type { Order, Result } from "../../../../sandbox/app/settings";
import type { TestMesh } from "./mesh";

/** Who sends. */
export interface Sender {
  readonly region: string;
  /** Value of the label `app`, with the namespace before it where that is needed. */
  readonly workload: string;
}

/** What a proxy can be asked about requests, and the answer. */
interface Question {
  readonly place: string;
  readonly ask: () => Promise<unknown>;
}

/** A failed expectation, with what the proxy believed. */
export class Explained extends Error {}

/** Two loads at once are remembered both. */
const REMEMBERED = 2;

/** Sends requests as a workload; what an expectation then makes of them can tell what the proxy believed. */
export class Requests {
  private remembered: readonly Question[] = [];

  constructor(private readonly mesh: TestMesh) {}

  /** The results in order of sending. */
  send(from: Sender, order: Order): Promise<Result[]> {
    this.about(from, new URL(order.url).hostname);
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

  /** Says whose requests a test is about that sends them in another way, e.g. a gateway's, from outside. */
  about(from: Sender, host: string): void {
    this.remember(this.outbound(from, host));
  }

  /** Runs expectations about the requests to a host; when one fails, it says what the sender's proxy believed. */
  async expect(from: Sender, host: string, expectation: () => void | Promise<void>): Promise<void> {
    const question = this.remember(this.outbound(from, host));
    await explained(expectation, question);
  }

  /** Runs expectations about how a workload takes requests; when one fails, it says what its proxy asks of callers. */
  async expectAt(server: Sender, expectation: () => void | Promise<void>): Promise<void> {
    const { region, workload } = server;
    const question = this.remember({
      place: `The proxy of ${region}/${workload} asks of its callers`,
      ask: () => this.mesh.in(region).agent.dataPlane.inbound(workload),
    });
    await explained(expectation, question);
  }

  /** What the proxies of the last requests believe, for a test that failed outside of `expect`. */
  async lastBeliefs(): Promise<string> {
    const answers = await Promise.all(this.remembered.map(answered));
    return answers.length === 0 ? "No request was sent." : answers.join("\n");
  }

  private outbound(from: Sender, host: string): Question {
    return {
      place: `The proxy of ${from.region}/${from.workload} believes of ${host}`,
      ask: () => this.mesh.in(from.region).agent.dataPlane.beliefs(from.workload, host),
    };
  }

  private remember(question: Question): Question {
    const others = this.remembered.filter(({ place }) => place !== question.place);
    this.remembered = [question, ...others].slice(0, REMEMBERED);
    return question;
  }
}

async function explained(expectation: () => void | Promise<void>, question: Question): Promise<void> {
  try {
    await expectation();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Explained(`${words}\n${await answered(question)}`, { cause: error });
  }
}

async function answered({ place, ask }: Question): Promise<string> {
  const believed = await Promise.resolve()
    .then(ask)
    .catch((fault: unknown) => String(fault));
  return `${place}:\n${JSON.stringify(believed, null, 1)}`;
}

/** How often each value was seen. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
