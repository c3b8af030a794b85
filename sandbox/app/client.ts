import { Resolver } from "node:dns/promises";
import {
  Agent,
  request as httpRequest,
  type AgentOptions,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import type { Duplex } from "node:stream";
import type { Answer, AppSettings, Order, Result, Variant } from "./settings";

const LONGEST_BODY = 500;

/** From there no address outside of the machine is reached. */
const LOOPBACK = "127.0.0.1";

/** Ports that Linux gives to who opens a connection. */
const EPHEMERAL = { first: 32_768, count: 28_232 } as const;

/** What a client needs to know of its pod. */
export type ClientSettings = Pick<AppSettings, "dns" | "host" | "namespace" | "outbound">;

/** An answer as it came, or why none did. */
export type Exchange =
  | { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }
  | { readonly error: string };

/** Sends requests as the workload: by the proxy beside it where there is one, else straight to their addresses. */
export class AppClient {
  private connections = 0;

  constructor(private readonly settings: ClientSettings) {}

  /**
   * Sends an order's requests, so many at once as it says, and returns what came of each in order of sending.
   * @param signal ends those that are under way, and starts no more. @default nothing does
   */
  async send(order: Order, signal?: AbortSignal): Promise<Result[]> {
    const { variants = [], concurrency = 1, fresh = false } = order;
    const { count = Math.max(variants.length, 1) } = order;
    const agent = this.agent(order, { keepAlive: !fresh, maxSockets: concurrency });
    const stop = (): void => agent.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    const results: Result[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count && signal?.aborted !== true) {
        const index = next++;
        const at = Date.now();
        results[index] = {
          ...resultOf(await exchange(variant(order, variants[index % variants.length]), agent)),
          ms: Date.now() - at,
          at,
        };
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
    } finally {
      signal?.removeEventListener("abort", stop);
      agent.destroy();
    }
    signal?.throwIfAborted();
    return results;
  }

  /** One request over a connection of its own. */
  async fetch(order: Order): Promise<Exchange> {
    const agent = this.agent(order, { keepAlive: false });
    try {
      return await exchange(order, agent);
    } finally {
      agent.destroy();
    }
  }

  private agent(order: Order, options: AgentOptions): Agent {
    const agent = new Agent(options);
    // What opens connections is ours; what pools them is Node's.
    agent.createConnection = (_options, done) => {
      this.open(order).then(
        (socket) => done?.(null, socket),
        (error: unknown) => done?.(error as Error, undefined as never),
      );
      // Nothing is returned: the socket comes by the callback.
      return undefined;
    };
    return agent;
  }

  private async open(order: Order): Promise<Duplex> {
    const url = new URL(order.url);
    const [host = "", given] = (order.connect ?? "").split(":");
    const port = given ?? (url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port);
    const address = host === "" ? await this.resolve(url.hostname) : host;
    const socket = await this.connect(address, Number(port));
    if (url.protocol !== "https:") return socket;
    // Certificates are the mesh's business: what is shown here is looked at by tests, not trusted.
    return tlsConnect({
      socket,
      servername: isIP(url.hostname) === 0 ? url.hostname : "",
      rejectUnauthorized: false,
    });
  }

  private async resolve(name: string): Promise<string> {
    if (isIP(name) !== 0) return name;
    const { dns, namespace } = this.settings;
    if (dns === undefined) throw fault("ENOTFOUND");
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers([dns]);
    // As resolv.conf has it in a pod.
    const names = name.includes(".")
      ? [name, `${name}.svc.cluster.local`]
      : [`${name}.${namespace}.svc.cluster.local`];
    for (const one of names) {
      const [address] = await resolver.resolve4(one).catch(() => []);
      if (address !== undefined) return address;
    }
    throw fault("ENOTFOUND");
  }

  private connect(address: string, port: number): Promise<Socket> {
    const { outbound, host } = this.settings;
    return new Promise((resolve, reject) => {
      const socket =
        outbound === undefined
          ? connect({ host: address, port, localAddress: LOOPBACK })
          : connect({ path: outbound });
      socket.setNoDelay(true);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        if (outbound !== undefined)
          socket.write(`PROXY TCP4 ${host} ${address} ${this.sourcePort()} ${port}\r\n`);
        resolve(socket);
      });
    });
  }

  /** A socket has no port, and Envoy tells connections apart by it: another one each time, as the kernel's would be. */
  private sourcePort(): number {
    return EPHEMERAL.first + (this.connections++ % EPHEMERAL.count);
  }
}

function variant(order: Order, own: Variant = {}): Order {
  return { ...order, ...own, headers: { ...order.headers, ...own.headers } };
}

function exchange(order: Order, agent: Agent): Promise<Exchange> {
  const { method = "GET", headers = {}, body, timeoutMs = 10_000 } = order;
  const url = new URL(order.url);
  return new Promise((resolve) => {
    const sent = httpRequest({
      agent,
      method,
      path: order.path ?? `${url.pathname}${url.search}`,
      headers: { host: url.host, ...headers },
      setHost: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    sent.once("response", (answer) => {
      read(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
        (error: unknown) => resolve({ error: nameOf(error) }),
      );
    });
    sent.once("error", (error) => resolve({ error: nameOf(error) }));
    sent.end(body);
  });
}

function resultOf(exchanged: Exchange): Omit<Result, "at" | "ms"> {
  if ("error" in exchanged) return exchanged;
  const { status, headers, body: text } = exchanged;
  return { status, ...understood(text), headers };
}

async function read(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function understood(text: string): { answer?: Answer; body?: string } {
  try {
    const value = JSON.parse(text) as Partial<Answer>;
    if (typeof value.workload === "string" && typeof value.pod === "string")
      return { answer: value as Answer };
  } catch {
    // Not this application's answer.
  }
  return { body: text.slice(0, LONGEST_BODY) };
}

function nameOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  return name === "TimeoutError" || name === "AbortError" ? "ETIMEDOUT" : (code ?? message);
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}
