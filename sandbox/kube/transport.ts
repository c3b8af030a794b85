import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import type { Connection } from "./connection";
import { KubeError, UnreachableError } from "./error";
import type { RequestOptions } from "./types";

const DEFAULT_TIMEOUT_MS = 30_000;

/** Sends requests to one API server over kept-alive connections. */
export class Transport {
  private readonly agent: http.Agent;
  private readonly secure: boolean;
  readonly base: URL;

  constructor(private readonly connection: Connection) {
    this.base = new URL(connection.server);
    this.secure = this.base.protocol === "https:";
    const kept = { keepAlive: true, maxFreeSockets: 8 };
    this.agent = this.secure ? new https.Agent(kept) : new http.Agent(kept);
  }

  /** The answer's body as text; any status other than 2xx throws. */
  async exchange(o: RequestOptions): Promise<string> {
    const limit = o.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timeout = AbortSignal.timeout(limit);
    const signal = o.signal === undefined ? timeout : AbortSignal.any([timeout, o.signal]);
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.open(o, signal);
        const text = await readAll(answer);
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) return text;
        const error = KubeError.fromAnswer(o.method, o.path, status, text);
        if (status === 401) this.connection.refused();
        // An expired exec credential is worth one more try; a throttled request says when to come back.
        if (attempt === 0 && status === 401) continue;
        if (attempt < 5 && status === 429) {
          await pause(retryAfterMs(answer), signal);
          continue;
        }
        throw error;
      } catch (error) {
        if (error instanceof KubeError) throw error;
        if (o.signal?.aborted === true) throw aborted(o.signal);
        if (timeout.aborted)
          throw new UnreachableError(
            this.connection.server,
            `no answer to ${o.method} ${o.path} within ${limit / 1000} s`,
            "ETIMEDOUT",
            this.connection.cluster,
          );
        // The server may close a kept connection just as we reuse it; nothing was processed then.
        if (attempt === 0 && error instanceof StaleConnection) continue;
        throw this.unreachable(error);
      }
    }
  }

  /** Opens a request and resolves with its answer once the headers are there. */
  async open(o: Omit<RequestOptions, "timeoutMs">, signal: AbortSignal): Promise<IncomingMessage> {
    const signature = await this.connection.sign();
    const body = o.body === undefined ? undefined : Buffer.from(JSON.stringify(o.body));
    const query = new URLSearchParams(o.query ?? {}).toString();
    const options: https.RequestOptions = {
      method: o.method,
      host: this.base.hostname,
      port: this.base.port === "" ? (this.secure ? 443 : 80) : this.base.port,
      path: `${this.base.pathname.replace(/\/$/, "")}${o.path}${query === "" ? "" : `?${query}`}`,
      agent: this.agent,
      signal,
      headers: {
        accept: "application/json",
        "user-agent": "global-mesh-sandbox",
        ...(signature.authorization === undefined ? {} : { authorization: signature.authorization }),
        // Node sends a DELETE body chunked unless told its length, and the API server then ignores it.
        ...(body === undefined
          ? {}
          : { "content-type": o.contentType ?? "application/json", "content-length": body.length }),
      },
      ...(this.connection.ca === undefined ? {} : { ca: this.connection.ca }),
      ...(signature.cert === undefined ? {} : { cert: signature.cert }),
      ...(signature.key === undefined ? {} : { key: signature.key }),
      ...(this.connection.serverName === undefined ? {} : { servername: this.connection.serverName }),
      ...(this.connection.skipTlsVerify === true ? { rejectUnauthorized: false } : {}),
    };
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const request = this.secure ? https.request(options) : http.request(options);
      request.once("response", resolve);
      request.once("error", (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        reject(stale ? new StaleConnection(error.message) : error);
      });
      request.end(body);
    });
  }

  /** Turns a failed connection into an error that names the server. */
  unreachable(error: unknown): Error {
    const { message, code } = error as NodeJS.ErrnoException;
    const network = code !== undefined || error instanceof StaleConnection;
    if (!network) return error instanceof Error ? error : new Error(String(error));
    return new UnreachableError(this.connection.server, message, code, this.connection.cluster);
  }

  /** Closes the kept connections. */
  close(): void {
    this.agent.destroy();
  }
}

class StaleConnection extends Error {}

/** Reads a whole answer as text. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Waits, unless the signal ends the wait. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) throw aborted(signal);
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The reason of an abort, as an Error whatever was given. */
export function aborted(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("cancelled");
}

function retryAfterMs(answer: IncomingMessage): number {
  const seconds = Number(answer.headers["retry-after"] ?? "1");
  return Math.min(Number.isFinite(seconds) ? seconds : 1, 10) * 1000;
}
