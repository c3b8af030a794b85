import { request } from "node:http";
import type { Order, Result } from "../../app/settings";
import { CONTROL_PORT } from "../runners/app";
import type { PodNetwork } from "../runners/runner";

/** Sends requests as a pod of the data plane, by the control door of its application, which ends them when we go. */
export function sendAs(
  { localhost, token }: Pick<PodNetwork, "localhost" | "token">,
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
