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

/** No answer came, however often it was tried. What the request may have done is not known. */
export class NoAnswer extends Error {
  constructor(url: string, why: string, cause: unknown) {
    super(`the ARM stand-in does not answer on ${url} (${why}): is the sandbox up?`, { cause });
    this.name = "NoAnswer";
  }
}

/** The write was accepted and something went wrong afterwards: the resource stands, perhaps half made. */
export class AcceptedFailure extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "AcceptedFailure";
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

/**
 * What the real provider tries again and how often: initPipelineOpts in its azure/client_azcore.go, over the Azure
 * SDK's retry policy. It waits 20, 60 and 120 s where the service names no time; only that is quicker here.
 */
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
const RETRIES = 3;
/** Who is told to come back later than this does not try again. */
const MAX_RETRY_DELAY_MS = 120_000;
/** A change of something else blocks this one; also tried again where it comes as a conflict. */
const BUSY = "AnotherOperationInProgress";

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

  /** PUT and its operation. Whatever fails after the request was accepted is an {@link AcceptedFailure}. */
  async put(path: string, body: unknown, limits: Limits): Promise<void> {
    const reply = await this.send("PUT", path, body, limits);
    await this.follow(reply, limits).catch((error: unknown) => {
      throw new AcceptedFailure(error);
    });
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
      const outcome = await this.once(method, path, body, limits).catch((error: unknown) => {
        if (error instanceof NoAnswer) return error;
        throw error;
      });
      if (!(outcome instanceof NoAnswer) && outcome.status < 400) return outcome;
      const failure = outcome instanceof NoAnswer ? outcome : refusal(outcome);
      // A network has many children, each of which waits for its turn here: that is not counted.
      if (!(failure instanceof ArmFailure && failure.status === 429 && failure.code === BUSY)) attempt += 1;
      if (!mayPass(failure) || attempt > RETRIES) throw failure;
      const said = outcome instanceof NoAnswer ? undefined : waitOf(outcome.headers);
      if (said !== undefined && said > MAX_RETRY_DELAY_MS) throw failure;
      const backoff = (this.options.backoffMs ?? 200) * (2 ** Math.max(1, attempt) - 1);
      await this.pause(said ?? backoff, limits, failure.message);
    }
  }

  private async once(method: string, path: string, body: unknown, limits: Limits): Promise<Reply> {
    const { url } = this.options;
    const late = AbortSignal.timeout(Math.max(1, Math.min(limits.deadline - Date.now(), 2 ** 31 - 1)));
    try {
      const response = await fetch(new URL(path, url), {
        method,
        signal: AbortSignal.any([limits.signal, late]),
        headers: {
          authorization: `Bearer ${this.token()}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
    } catch (error) {
      if (limits.signal.aborted) throw limits.signal.reason;
      if (late.aborted) throw new Error(`timed out: no answer to ${method}`, { cause: error });
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new NoAnswer(url, cause instanceof Error ? cause.message : String(cause), error);
    }
  }

  private async pause(ms: number, { signal, deadline }: Limits, why: string): Promise<void> {
    if (Date.now() + ms > deadline) throw new Error(`timed out: ${why}`);
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }
}

function refusal({ status, body }: Reply): ArmFailure {
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } };
  return new ArmFailure(status, error?.code ?? String(status), error?.message ?? "");
}

function mayPass(failure: ArmFailure | NoAnswer): boolean {
  if (failure instanceof NoAnswer) return true;
  return RETRIED.has(failure.status) || (failure.status === 409 && failure.code === BUSY);
}

/** The milliseconds are what newer Azure services give beside the seconds, and the Azure SDKs prefer them. */
function waitOf(headers: Headers): number | undefined {
  const ms = headers.get("x-ms-retry-after-ms");
  if (ms !== null) return Number(ms);
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  return /^\d+$/.test(after) ? Number(after) * 1000 : Math.max(0, Date.parse(after) - Date.now());
}
