import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { identities } from "./identity";
import type { Answer, AppSettings } from "./settings";

/** Largest delay on request: longer than any timeout that a test would set. */
const LONGEST_DELAY_MS = 60_000;

/**
 * Answers each request with who it is and who asked. A caller can ask for trouble by query or header:
 * `?status=503`, `?delay=200` (ms), `?fail=2` (that many requests of one `x-request-key` fail with 503 first). With
 * `&in=eastus` only what runs in that region is meant.
 */
export class AppServer {
  private count = 0;
  private pending = 0;
  private readonly failed = new Map<string, number>();

  constructor(private readonly settings: AppSettings) {}

  /** Answers one request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.count += 1;
    this.pending += 1;
    response.once("close", () => (this.pending -= 1));
    const url = new URL(request.url ?? "/", "http://app");
    const { region } = this.settings;
    if ((url.searchParams.get("in") ?? region) !== region) url.search = "";
    request.resume();
    const delay = Math.min(Number(url.searchParams.get("delay") ?? 0) || 0, LONGEST_DELAY_MS);
    if (delay > 0) await sleep(delay);
    const body = JSON.stringify(this.describe(request));
    response.writeHead(this.status(url, request), { "content-type": "application/json" }).end(body);
  }

  /** How many requests it has answered. */
  get answered(): number {
    return this.count;
  }

  /** Whether no request waits for its answer. */
  get isIdle(): boolean {
    return this.pending === 0;
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

  private status(url: URL, request: IncomingMessage): number {
    const fails = Number(url.searchParams.get("fail") ?? 0) || 0;
    if (fails > 0) {
      const key = String(request.headers["x-request-key"] ?? "");
      const before = this.failed.get(key) ?? 0;
      this.failed.set(key, before + 1);
      if (before < fails) return 503;
    }
    const status = Number(url.searchParams.get("status") ?? 200);
    return status >= 200 && status <= 599 ? status : 400;
  }
}
