import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order, Result } from "../../app/settings";
import { CONTROL_PORT } from "../runners/app";
import type { PodNetwork } from "../runners/runner";

/** What is needed of a pod to send as it. */
export type SenderDoor = Pick<PodNetwork, "localhost" | "token">;

/** How long a door may stay shut: the start of Node on a machine that is busy with many others. */
const OPENS_MS = 30_000;
const KNOCK_MS = 100;

/**
 * Sends requests as a pod of the data plane, once its application takes orders: a container without a readiness probe is
 * ready as soon as it is started, before its program listens. Of an order that was refused so, nothing has been sent.
 *
 * @param sender looks for the pod, at each try; throws where there is none any more.
 * @param opensMs how long to try. @default 30 s
 */
export async function sendOnceOpen(
  sender: () => SenderDoor,
  order: Order,
  {
    signal,
    opensMs = OPENS_MS,
  }: { readonly signal?: AbortSignal | undefined; readonly opensMs?: number } = {},
): Promise<Result[]> {
  const end = Date.now() + opensMs;
  for (;;) {
    try {
      return await sendAs(sender(), order, signal);
    } catch (error) {
      if (!isShut(error)) throw error;
      if (Date.now() > end)
        throw new Error(`the workload's application does not take orders: ${error.message}`, {
          cause: error,
        });
      await sleep(KNOCK_MS, undefined, { signal });
    }
  }
}

function isShut(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}

/** Sends requests as a pod of the data plane, by the control door of its application, which ends them when we go. */
export function sendAs(
  { localhost, token }: SenderDoor,
  order: Order,
  signal?: AbortSignal,
): Promise<Result[]> {
  const body = JSON.stringify(order);
  return new Promise((resolve, reject) => {
    const exchange = request(
      {
        host: localhost,
        port: CONTROL_PORT,
        method: "POST",
        agent: false,
        signal,
        headers: { authorization: `Bearer ${token}`, "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text) as Result[]);
          else reject(new Error(`the application refused to send: HTTP ${response.statusCode}: ${text}`));
        });
      },
    );
    exchange.once("error", reject);
    exchange.end(body);
  });
}
