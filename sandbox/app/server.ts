import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { identities } from "./identity";
import type { Answer, AppSettings } from "./settings";

/** Largest delay on request: longer than any timeout that a test would set. */
const LONGEST_DELAY_MS = 60_000;

/**
 * Answers each request with who it is and who asked. A caller can ask for trouble by query or header:
 * `?status=503`, `?delay=200` (ms), `?fail=2` (that many requests of one `x-request-key` fail with 503 first), `?hold`
 * (no answer until the control door says so). With `&in=eastus` only that region is meant, or workload, version or pod.
 */
export class AppServer {
  private count = 0;
  private pending = 0;
  private readonly failed = new Map<string, number>();
  private readonly held = new Set<() => void>();

  constructor(private readonly settings: AppSettings) {}

  /** Answers one request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.count += 1;
    this.pending += 1;
    response.once("close", () => (this.pending -= 1));
    request.resume();
    const wishes = this.wishes(request);
    const delay = Math.min(Number(wishes.get("delay") ?? 0) || 0, LONGEST_DELAY_MS);
    if (delay > 0) await sleep(delay);
    if (wishes.has("hold")) await new Promise<void>((release) => this.held.add(release));
    const body = JSON.stringify(this.describe(request));
    response.writeHead(this.status(wishes, request), { "content-type": "application/json" }).end(body);
  }

  /** How many requests have come in. */
  get answered(): number {
    return this.count;
  }

  /** Whether no request waits for its answer. */
  get isIdle(): boolean {
    return this.pending === 0;
  }

  /** How many of them have no answer yet. */
  get underWay(): number {
    return this.pending;
  }

  /** Answers what it was asked to hold. */
  release(): void {
    for (const release of this.held) release();
    this.held.clear();
  }

  /** The trouble that a request asks for here. */
  private wishes(request: IncomingMessage): URLSearchParams {
    // Not by URL, which does not take every path that a caller can send, such as `//`.
    const [, ...query] = (request.url ?? "").split("?");
    const wishes = new URLSearchParams(query.join("?"));
    const { region, workload, version, pod } = this.settings;
    const place = wishes.get("in") ?? region;
    return [region, workload, version, pod].includes(place) ? wishes : new URLSearchParams();
  }

  private describe(request: IncomingMessage): Answer {
    const { workload, version, namespace, region, pod } = this.settings;
    const { "x-forwarded-client-cert": certificate, ...headers } = request.headers;
    const shown = Array.isArray(certificate) ? certificate.join(",") : certificate;
    return {
      ...{ workload, version, namespace, region, pod },
      ...identities(shown),
      method: request.method ?? "",
      path: request.url ?? "",
      headers,
      count: this.count,
    };
  }

  private status(wishes: URLSearchParams, request: IncomingMessage): number {
    const fails = Number(wishes.get("fail") ?? 0) || 0;
    if (fails > 0) {
      const key = String(request.headers["x-request-key"] ?? "");
      const before = this.failed.get(key) ?? 0;
      this.failed.set(key, before + 1);
      if (before < fails) return 503;
    }
    const status = Number(wishes.get("status") ?? 200);
    return status >= 200 && status <= 599 ? status : 400;
  }
}
