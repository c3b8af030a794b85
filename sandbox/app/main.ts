import { createServer, type IncomingMessage } from "node:http";
import { timingSafeEqual } from "node:crypto";
import { AppClient } from "./client";
import { runCurl, type CurlSettings } from "./curl/run";
import { AppServer } from "./server";
import type { AppSettings, Order } from "./settings";

/** How long it goes on answering after it was told to end: callers learn a little later that it is gone. */
const LINGER_MS = 2_000;
/** Then it ends as soon as it owes nobody an answer. */
const POLL_MS = 50;

/** Plays curl where it is told so, else the application. */
function main(): void {
  const curl = process.env["SANDBOX_CURL"];
  if (curl === undefined) runApp();
  else
    void runCurl(JSON.parse(curl) as CurlSettings).then((code) => {
      process.exitCode = code;
    });
}

/** The sandbox's application: answers as a workload, and sends requests as it when its control door is asked to. */
function runApp(): void {
  const settings = JSON.parse(process.env["SANDBOX_APP"] ?? "") as AppSettings;
  const token = process.env["SANDBOX_APP_TOKEN"] ?? "";
  const app = new AppServer(settings);
  const client = new AppClient(settings);
  for (const port of settings.ports) {
    const server = createServer((request, response) => void app.answer(request, response));
    // Longer than a proxy keeps idle connections: a close that crosses a request would look like a failure.
    server.keepAliveTimeout = 3_600_000;
    server.listen(port, settings.host);
  }
  const control = createServer((request, response) => {
    // Whoever gave an order and goes is told nothing any more: nobody wants the rest of it.
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("whoever gave the order has gone")));
    take(request, token, { client, app, gone: gone.signal }).then(
      ({ status, body }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(400).end(JSON.stringify({ error: String(error) })),
    );
  }).listen(settings.control.port, settings.control.host);
  control.requestTimeout = 0;
  process.once("SIGTERM", () => {
    setTimeout(() => {
      setInterval(() => {
        if (app.isIdle) process.exit(0);
      }, POLL_MS);
    }, LINGER_MS);
  });
}

interface Control {
  readonly client: AppClient;
  readonly app: AppServer;
  /** Aborted when whoever asked has gone. */
  readonly gone: AbortSignal;
}

async function take(
  request: IncomingMessage,
  token: string,
  { client, app, gone }: Control,
): Promise<{ status: number; body: unknown }> {
  if (!isAllowed(request.headers.authorization, token)) return { status: 401, body: { error: "no token" } };
  if (request.method === "DELETE") app.release();
  if (request.method !== "POST")
    return { status: 200, body: { answered: app.answered, underWay: app.underWay } };
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const order = JSON.parse(Buffer.concat(parts).toString()) as Order;
  return { status: 200, body: await client.send(order, gone) };
}

function isAllowed(given: string | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(`Bearer ${token}`)];
  return token !== "" && one.length === other.length && timingSafeEqual(one, other);
}

main();
