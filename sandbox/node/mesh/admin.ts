import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Envoy's admin page, as Istio sets it. */
const ADMIN_PORT = 15000;
/** A proxy that does not answer in time is frozen, or gone. */
const ANSWER_MS = 2_000;
/** A dump is made on the proxy's main thread, which a busy machine keeps waiting. */
const DUMP_MS = 20_000;
const POLL_MS = 200;

/** All that a proxy believes. */
export async function configDump(localhost: string): Promise<unknown> {
  return JSON.parse(await askAdmin(localhost, "GET", "/config_dump?include_eds", DUMP_MS));
}

/** Asks the admin page of the proxy with this localhost. @param timeout in ms; a dump of everything takes longer. */
function askAdmin(
  localhost: string,
  method: "GET" | "POST",
  path: string,
  timeout = ANSWER_MS,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const exchange = request(
      { host: localhost, port: ADMIN_PORT, method, path, agent: false, timeout },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("error", reject);
        answer.once("end", () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) resolve(text);
          else
            reject(new Error(`Envoy's admin page answers ${answer.statusCode ?? 0}: ${text.slice(0, 200)}`));
        });
      },
    );
    exchange.once("timeout", () => exchange.destroy(new Error("Envoy's admin page does not answer")));
    exchange.once("error", reject);
    exchange.end();
  });
}

/**
 * What pilot-agent does at its end, who looks for the admin page at 127.0.0.1: Envoy takes its leave of its callers
 * with each answer, and pilot-agent ends it after its `terminationDrainDuration`.
 */
export async function drain(localhost: string, isGateway: boolean): Promise<void> {
  await askAdmin(localhost, "POST", `/drain_listeners?${isGateway ? "" : "inboundonly&"}graceful`);
}

/**
 * Waits until none of the proxies has the address among its endpoints any more. False when one has it still after the
 * time, or has not answered until then: it may be busy, and send all the same. One that is not there sends nothing.
 */
export async function isForgotten(
  address: string,
  localhosts: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  let knowing = localhosts;
  for (;;) {
    const answers = await Promise.all(
      knowing.map(async (localhost) =>
        (await knows(localhost, address, end - Date.now())) ? [localhost] : [],
      ),
    );
    knowing = answers.flat();
    if (knowing.length === 0) return true;
    if (Date.now() > end) return false;
    await sleep(POLL_MS);
  }
}

/** Whether a proxy has the address among its endpoints, as far as it can be known. */
async function knows(localhost: string, address: string, leftMs: number): Promise<boolean> {
  try {
    const timeout = Math.max(POLL_MS, Math.min(ANSWER_MS, leftMs));
    return (await askAdmin(localhost, "GET", "/clusters", timeout)).includes(`::${address}:`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ECONNREFUSED";
  }
}
