import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** An answer that is no success, in ARM's own words. */
export class ArmFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(`Code="${code}" Message="${message}"`);
    this.name = "ArmFailure";
  }
}

/** An operation that was accepted and then did not end well: the resource may stand half made. */
export class OperationFailure extends Error {
  constructor(status: string, code: string, message: string) {
    super(`the operation ended as ${status}: Code="${code}" Message="${message}"`);
    this.name = "OperationFailure";
  }
}

export interface ClientOptions {
  /** Base URL of the ARM stand-in. */
  readonly url: string;
  readonly tokenFile: string;
  /** First wait before a retry; each further one is twice as long. @default 200 */
  readonly backoffMs?: number;
}

export interface Limits {
  readonly signal: AbortSignal;
  /** When to give up, by `Date.now()`. */
  readonly deadline: number;
}

/** Statuses and the number of retries that the Azure SDK for Go, which azure-native uses, has by default. */
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
const RETRIES = 3;

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Speaks to ARM: retries what may pass, follows operations to their end. */
export class ArmClient {
  constructor(private readonly options: ClientOptions) {}

  /** The bearer token of every request. */
  token(): string {
    return readFileSync(this.options.tokenFile, "utf8").trim();
  }

  async get(path: string, limits: Limits): Promise<unknown> {
    return (await this.send("GET", path, undefined, limits)).body;
  }
  async post(path: string, limits: Limits): Promise<unknown> {
    return (await this.send("POST", path, {}, limits)).body;
  }

  /** PUT and its operation. A failure after the request was accepted is an {@link OperationFailure}. */
  async put(path: string, body: unknown, limits: Limits): Promise<void> {
    await this.follow(await this.send("PUT", path, body, limits), limits);
  }

  /** DELETE and its operation; what is already gone is fine. */
  async delete(path: string, limits: Limits): Promise<void> {
    try {
      await this.follow(await this.send("DELETE", path, undefined, limits), limits);
    } catch (error) {
      if (!(error instanceof ArmFailure && error.status === 404)) throw error;
    }
  }

  private async follow(reply: Reply, limits: Limits): Promise<void> {
    const location = reply.headers.get("azure-asyncoperation");
    if (location === null) return;
    let last = reply;
    for (;;) {
      await this.pause(waitOf(last.headers) ?? 1000, limits, "the operation is still in progress");
      const { pathname, search } = new URL(location);
      last = await this.send("GET", `${pathname}${search}`, undefined, limits);
      const { status, error } = last.body as { status: string; error?: { code: string; message: string } };
      if (status === "Succeeded") return;
      if (status !== "InProgress")
        throw new OperationFailure(status, error?.code ?? status, error?.message ?? "");
    }
  }

  private async send(method: string, path: string, body: unknown, limits: Limits): Promise<Reply> {
    for (let attempt = 0; ;) {
      const reply = await this.once(method, path, body, limits);
      if (reply.status < 400) return reply;
      const { error } = (reply.body ?? {}) as { error?: { code?: string; message?: string } };
      const failure = new ArmFailure(reply.status, error?.code ?? String(reply.status), error?.message ?? "");
      if (failure.code !== "AnotherOperationInProgress") attempt += 1;
      if (!RETRIED.has(reply.status) || attempt > RETRIES) throw failure;
      const backoff = (this.options.backoffMs ?? 200) * 2 ** Math.max(0, attempt - 1);
      await this.pause(waitOf(reply.headers) ?? backoff, limits, failure.message);
    }
  }

  private async once(method: string, path: string, body: unknown, { signal }: Limits): Promise<Reply> {
    const { url } = this.options;
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        signal,
        headers: {
          authorization: `Bearer ${this.token()}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new Error(
        `the ARM stand-in does not answer on ${url} (${cause instanceof Error ? cause.message : String(cause)}): is the sandbox up?`,
        { cause: error },
      );
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  private async pause(ms: number, { signal, deadline }: Limits, why: string): Promise<void> {
    if (Date.now() + ms > deadline) throw new Error(`timed out: ${why}`);
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }
}

/** The milliseconds are what newer Azure services give beside the seconds, and the Azure SDKs prefer them. */
function waitOf(headers: Headers): number | undefined {
  const ms = headers.get("x-ms-retry-after-ms");
  if (ms !== null) return Number(ms);
  const seconds = headers.get("retry-after");
  return seconds === null ? undefined : Number(seconds) * 1000;
}
