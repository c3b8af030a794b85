import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Arm, Written } from "./arm";
import { ArmError, badRequest } from "./errors";
import type { FaultTarget } from "./faults";
import { parseId } from "./ids";
import { operationBody, type Operation } from "./operations";
import type { Json, JsonObject } from "./shapes";
import { armType } from "./types";

/** An answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly body?: Json | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request, read whole. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Aborted when whoever asked goes without waiting for the answer. @default never */
  readonly gone?: AbortSignal;
}

/** Serves paths that ARM does not know; undefined leaves them to ARM. */
export type SideDoor = (request: Request) => Promise<Answer | undefined>;

const MAX_BODY = 4 * 1024 * 1024;
/** Clients poll after this long: the seconds are what every client knows, the milliseconds what newer ones prefer. */
const POLL = { "Retry-After": "1", "x-ms-retry-after-ms": "100" };

/** The HTTP server of the ARM stand-in. Every request needs the bearer token. */
export function armServer(arm: Arm, token: string, sideDoor?: SideDoor): Server {
  return createServer((incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) gone.abort(new Error("whoever asked has gone"));
    });
    void answer(arm, token, sideDoor, { incoming, gone: gone.signal }).then((result) => {
      if (result === undefined) outgoing.destroy();
      else write(outgoing, result);
    });
  });
}

async function answer(
  arm: Arm,
  token: string,
  sideDoor: SideDoor | undefined,
  { incoming, gone }: { readonly incoming: IncomingMessage; readonly gone: AbortSignal },
): Promise<Answer | undefined> {
  const base = `http://${incoming.headers.host ?? ""}`;
  try {
    if (incoming.method === "GET" && incoming.url?.startsWith("/metadata/endpoints?") === true)
      return { status: 200, body: cloudMetadata(base) };
    if (!authorized(incoming, token))
      throw new ArmError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing or wrong.",
      );
    const url = new URL(incoming.url ?? "/", "http://arm");
    const request: Request = {
      method: incoming.method ?? "GET",
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      body: await readBody(incoming),
      gone,
    };
    const beside = await sideDoor?.(request);
    if (beside) return beside;
    const target = targetOf(arm, request);
    const fault = target && arm.faults.take(target, ["hang", "drop"]);
    if (fault?.kind === "hang") await sleep(fault.hangMs, undefined, { ref: false });
    if (fault?.kind !== "drop") return handle(arm, request, base);
    if (fault.when === "after") handle(arm, request, base);
    return undefined;
  } catch (error) {
    if (error instanceof ArmError)
      return { status: error.status, body: error.body(), headers: error.headers };
    const message = error instanceof Error ? error.message : String(error);
    return { status: 500, body: { error: { code: "InternalServerError", message } } };
  }
}

/** A request as the faults see it; undefined for what is no single resource. */
function targetOf(arm: Arm, { method, path }: Request): FaultTarget | undefined {
  const operation = operationOf(path);
  const watched = operation === undefined ? undefined : arm.operations.get(operation)?.resourceId;
  const id = watched ?? (method === "POST" ? path.replace(/\/[^/]+$/, "") : path);
  const parsed = parseId(id);
  const type = armType(parsed?.type ?? "");
  if (!parsed || !type) return undefined;
  return { method: operation === undefined ? method : "POLL", type: type.type, name: parsed.name };
}

function operationOf(path: string): string | undefined {
  return /\/providers\/[^/]+\/locations\/[^/]+\/operations\/([^/]+)$/i.exec(path)?.[1];
}

/** What a cloud says of itself, to anybody: where its Resource Manager is. Fields of api-version 2022-09-01. */
function cloudMetadata(base: string): JsonObject {
  return {
    name: "global-mesh-sandbox",
    resourceManager: base,
    authentication: { loginEndpoint: base, audiences: [base] },
  };
}

/** One ARM request. */
export function handle(arm: Arm, request: Request, base: string): Answer {
  const { method, path } = request;
  strike(arm, targetOf(arm, request));
  const operation = operationOf(path);
  if (operation !== undefined) return poll(arm, operation);
  const dns =
    /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Network\/locations\/([^/]+)\/CheckDnsNameAvailability$/i.exec(
      path,
    );
  if (dns?.[1] !== undefined) return dnsAvailability(arm, dns[1], request.query.get("domainNameLabel") ?? "");
  if (method === "POST") {
    const id = path.replace(/\/[^/]+$/, "");
    check(request, id);
    return { status: 200, body: arm.action(id, path.slice(id.length + 1)) };
  }
  const single = parseId(path) !== undefined;
  if (!single && method === "GET") return { status: 200, body: { value: arm.list(path) } };
  check(request, path);
  switch (method) {
    case "GET":
      return { status: 200, body: arm.get(path) };
    case "HEAD":
      arm.get(path);
      return { status: 204 };
    case "PUT":
      return accepted(arm, arm.put(path, request.body), base, request);
    case "PATCH":
      return { status: 200, body: arm.patch(path, request.body) };
    case "DELETE": {
      const deleted = arm.delete(path);
      if (!deleted) return { status: 204 };
      if (!deleted.operation) return { status: 200 };
      return { status: 202, headers: { ...where(deleted.operation, base, request), ...POLL } };
    }
    default:
      throw new ArmError(405, "MethodNotAllowed", `${method} is not served.`);
  }
}

/** The status that was asked for, if one strikes this request. */
function strike(arm: Arm, target: FaultTarget | undefined): void {
  const fault = target && arm.faults.take(target, ["status"]);
  if (fault?.kind !== "status") return;
  const ms = fault.retryAfterMs ?? 0;
  const wait =
    ms > 0 ? { "Retry-After": String(Math.ceil(ms / 1000)), "x-ms-retry-after-ms": String(ms) } : {};
  const code = fault.code ?? (fault.status === 429 ? "TooManyRequests" : "InternalServerError");
  throw new ArmError(
    fault.status,
    code,
    `The request failed with ${fault.status} (asked for by a fault).`,
    wait,
  );
}

/** The api-version. */
function check(request: Request, id: string): void {
  const type = armType(parseId(id)?.type ?? "");
  if (!type) return;
  const version = request.query.get("api-version");
  if (version === null)
    throw badRequest(
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  if (!type.apiVersions.includes(version))
    throw badRequest(
      "NoRegisteredProviderFound",
      `No registered resource provider found for API version '${version}' for type '${type.type}'. The supported api-versions are '${type.apiVersions.join(", ")}'.`,
    );
}

function accepted(arm: Arm, written: Written, base: string, request: Request): Answer {
  const status = written.created ? 201 : 200;
  if (!written.operation) return { status, body: written.resource };
  return { status, body: written.resource, headers: { ...where(written.operation, base, request), ...POLL } };
}

function where(operation: Operation, base: string, request: Request): Record<string, string> {
  const parsed = parseId(operation.resourceId);
  const namespace = (parsed?.type ?? "").split("/")[0] ?? "";
  const url = `${base}/subscriptions/${parsed?.subscriptionId ?? ""}/providers/${namespace}/locations/global/operations/${operation.id}?api-version=${request.query.get("api-version") ?? ""}`;
  return { "Azure-AsyncOperation": url, Location: url };
}

function poll(arm: Arm, id: string): Answer {
  const operation = arm.operations.get(id);
  if (!operation) throw new ArmError(404, "OperationNotFound", `The operation '${id}' was not found.`);
  return {
    status: 200,
    body: operationBody(operation),
    headers: operation.status === "InProgress" ? POLL : {},
  };
}

function dnsAvailability(arm: Arm, location: string, label: string): Answer {
  const name = `${label}.${location}.cloudapp.azure.com`;
  const mine = arm.world.all("Microsoft.Network/publicIPAddresses").some((ip) => {
    return (ip.properties["dnsSettings"] as { fqdn?: string } | undefined)?.fqdn === name;
  });
  return { status: 200, body: { available: !mine && !arm.world.labelTakenElsewhere(label, location) } };
}

function authorized(incoming: IncomingMessage, token: string): boolean {
  const given = Buffer.from(incoming.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY)
      throw new ArmError(413, "RequestContentTooLarge", "The request content is larger than 4 MB.");
    chunks.push(bytes);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw badRequest(
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: it is no JSON.",
    );
  }
}

function write(outgoing: ServerResponse, { status, body, headers }: Answer): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  outgoing.writeHead(status, {
    ...headers,
    ...(body === undefined ? {} : { "Content-Type": "application/json; charset=utf-8" }),
    "Content-Length": Buffer.byteLength(text),
  });
  outgoing.end(text);
}
