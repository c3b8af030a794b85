import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, Probe } from "./types";

/** What a probe asks, with its names resolved. */
export type ProbeTarget =
  | {
      readonly kind: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** exec and grpc: the sandbox does not ask, so the answer is always yes. */
  | { readonly kind: "unasked" };

/** Where a probe goes when the container listens on `address`. */
export function probeTarget(probe: Probe, container: Container, address: string): ProbeTarget {
  if (probe.httpGet !== undefined) {
    const { path = "/", port, scheme = "HTTP", httpHeaders = [] } = probe.httpGet;
    const slash = path.startsWith("/") ? "" : "/";
    return {
      kind: "http",
      url: `${scheme.toLowerCase()}://${address}:${portOf(port, container)}${slash}${path}`,
      headers: Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])),
    };
  }
  if (probe.tcpSocket !== undefined)
    return { kind: "tcp", host: address, port: portOf(probe.tcpSocket.port, container) };
  return { kind: "unasked" };
}

/** Counts answers in a row, as the thresholds of a probe want it. */
export class ProbeCounter {
  private inARow = 0;
  private last: boolean | undefined;

  constructor(
    private readonly successThreshold: number,
    private readonly failureThreshold: number,
  ) {}

  /** The verdict after one more answer; undefined while there are too few of a kind. */
  count(answer: boolean): boolean | undefined {
    this.inARow = answer === this.last ? this.inARow + 1 : 1;
    this.last = answer;
    return this.inARow >= (answer ? this.successThreshold : this.failureThreshold) ? answer : undefined;
  }
}

/** Until a container is first ready it is asked at least this often: nobody waits three seconds for nothing. */
const FIRST_PERIOD_MS = 1_000;

/** Asks by a probe until the signal ends it, and tells each change of the verdict. */
export async function watchProbe(
  probe: Probe,
  target: ProbeTarget,
  signal: AbortSignal,
  onVerdict: (ok: boolean, words: string) => void,
): Promise<void> {
  const counter = new ProbeCounter(probe.successThreshold ?? 1, probe.failureThreshold ?? 3);
  const period = (probe.periodSeconds ?? 10) * 1000;
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  let verdict: boolean | undefined;
  try {
    await sleep((probe.initialDelaySeconds ?? 0) * 1000, undefined, { signal });
    while (!signal.aborted) {
      const fault = await ask(target, timeout);
      const now = counter.count(fault === undefined);
      if (now !== undefined && now !== verdict && !aborted(signal)) {
        verdict = now;
        onVerdict(now, fault ?? "");
      }
      await sleep(verdict === true ? period : Math.min(period, FIRST_PERIOD_MS), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Asks once. Undefined is a yes; else the words of the refusal. */
export function ask(target: ProbeTarget, timeoutMs: number): Promise<string | undefined> {
  switch (target.kind) {
    case "http":
      return askHttp(target.url, target.headers, timeoutMs);
    case "tcp":
      return askTcp(target.host, target.port, timeoutMs);
    case "unasked":
      return Promise.resolve(undefined);
  }
}

function askHttp(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onAnswer = (answer: IncomingMessage) => {
      answer.resume();
      const code = answer.statusCode ?? 0;
      resolve(code >= 200 && code < 400 ? undefined : `HTTP probe failed with statuscode: ${code}`);
    };
    const options = { agent: false, timeout: timeoutMs, headers: { ...headers, connection: "close" } };
    // As the kubelet: a probe asks for life, not for identity.
    const request = url.startsWith("https:")
      ? httpsRequest(url, { ...options, rejectUnauthorized: false }, onAnswer)
      : httpRequest(url, options, onAnswer);
    request.once("timeout", () => request.destroy(new Error("context deadline exceeded")));
    request.once("error", (error) => resolve(error.message));
    request.end();
  });
}

function askTcp(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (words: string | undefined) => {
      socket.destroy();
      resolve(words);
    };
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end("context deadline exceeded"));
    socket.once("error", (error) => end(error.message));
  });
}

function portOf(port: number | string, container: Container): number {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  const value = named ?? Number(port);
  if (!Number.isInteger(value))
    throw new Error(`probe of container ${container.name}: it has no port named "${port}".`);
  return value;
}

function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
