import { setTimeout as sleep } from "node:timers/promises";
import { listenerOf, isPortFree, listensOn, type Endpoint, type ManagedProcess } from "../processes";

/** One server that is coming up. */
export interface Readiness {
  /** Name for messages, e.g. `eastus-cluster: kube-apiserver`. */
  readonly name: string;
  readonly process: ManagedProcess;
  /** The port that this very process must own. */
  readonly endpoint: Endpoint;
  readonly timeoutMs: number;
  /** Undefined when the server is ready, otherwise what is missing. May throw: the server does not answer yet. */
  readonly missing: () => Promise<string | undefined>;
}

/** Waits until the server is ready. Fails at once when its process ends, and quotes its log. */
export async function waitUntilReady(o: Readiness): Promise<void> {
  const deadline = Date.now() + o.timeoutMs;
  let ended: string | undefined;
  void o.process.exited.then(({ code, signal }) => {
    ended = signal === null ? `code ${code ?? "unknown"}` : `signal ${signal}`;
  });
  for (;;) {
    const missing = await firstMissing(o);
    if (missing === undefined) return;
    if (ended !== undefined) throw failed(o, `ended with ${ended} before it was ready`);
    if (Date.now() > deadline) {
      throw failed(o, `is not ready after ${Math.round(o.timeoutMs / 1000)} s: ${missing}`);
    }
    await sleep(100);
  }
}

/** Refuses to start a server where another one listens: the answer to a probe would be the other's. */
export async function requireFreePort(name: string, endpoint: Endpoint): Promise<void> {
  if (await isPortFree(endpoint)) return;
  throw new Error(
    `${name} cannot start: ${endpoint.host}:${endpoint.port} is in use by ${listenerOf(endpoint) ?? "a process that just ended"}. ` +
      "End it, or remove the sandbox's folder to get another block of addresses.",
  );
}

async function firstMissing(o: Readiness): Promise<string | undefined> {
  if (!listensOn(o.process.pid, o.endpoint)) {
    const other = listenerOf(o.endpoint);
    const where = `${o.endpoint.host}:${o.endpoint.port}`;
    return other === undefined ? `nothing listens on ${where}` : `${where} belongs to ${other}`;
  }
  try {
    return await o.missing();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function failed(o: Readiness, what: string): Error {
  const tail = o.process.tail();
  return new Error(
    `${o.name} ${what}. ${tail === "" ? "Its log is empty." : `The end of its log:\n${tail}`}`,
  );
}
