import Table from "cli-table3";
import type { Command } from "commander";
import pc from "picocolors";
import type { Order, Result } from "../../sandbox/app/settings";
import { UsageError } from "../usage";
import { requireIdentity, type SandboxContext } from "./context";
import { DaemonError } from "./daemon";

/** What the command line says. */
export interface CurlOptions {
  /** `region/workload` or `region/namespace/workload`. */
  readonly from: string;
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly count?: string;
  readonly concurrency?: string;
  readonly timeout?: string;
  /** Whether answers with a status of 400 and more count as failed. @default false */
  readonly fail?: boolean;
}

/** What came of the requests. */
export interface CurlReport {
  readonly from: string;
  readonly url: string;
  readonly results: readonly Result[];
}

const MOST_REQUESTS = 100_000;

/** A request got no answer. */
const UNANSWERED = 1;
/** A status of 400 or more with `--fail`: the exit code that curl has for it. */
const REFUSED = 22;

const EXIT_CODES = `
Exit codes: 0 every request was answered, with whatever status, 403, 404 and 503 too; ${UNANSWERED} one got no answer;
2 wrong usage; ${REFUSED} with --fail: all were answered, one with a status of 400 or more; 130 and 143 by a signal.`;

/** Gives the command its argument and its options. */
export function withCurlOptions(command: Command): Command {
  return command
    .argument("<url>", "for example http://ai-agent.global/api/health")
    .requiredOption("--from <region/workload>", "who sends it, for example eastus/ai-agent")
    .option("-X, --request <method>", "HTTP method (default: GET, with --data POST)")
    .option(
      "-H, --header <line>",
      'a header, for example "x-user-id: 7"; may be given several times',
      collect,
    )
    .option("-d, --data <text>", "body of the request")
    .option("-n, --count <number>", "how many requests, shown as a summary", "1")
    .option("-c, --concurrency <number>", "how many of them at once", "1")
    .option("--timeout <seconds>", "time for one request", "10")
    .option("-f, --fail", `end with ${REFUSED} where a request is answered with a status of 400 or more`)
    .option("--json", "print every result as JSON")
    .addHelpText("after", EXIT_CODES);
}

/** Adds what an option says once more. One that takes several values would take the address behind it, too. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Sends requests as a workload of the sandbox. @param signal aborting it ends them, and what came so far is lost. */
export async function sandboxCurl(
  context: SandboxContext,
  url: string,
  options: CurlOptions,
  signal?: AbortSignal,
): Promise<CurlReport> {
  const { region, workload } = senderOf(options.from, context.stacks.regions);
  const order = orderOf(url, options);
  requireIdentity(context.home);
  if (!(await context.daemon.healthy()))
    throw new Error(`The sandbox in ${context.home.root} is stopped. Start it again with: npm run sandbox`);
  const longest = 30_000 + ((order.count ?? 1) / (order.concurrency ?? 1)) * (order.timeoutMs ?? 10_000);
  const results = await send(context, { region, workload, order }, longest, signal);
  return { from: options.from, url: order.url, results };
}

async function send(
  context: SandboxContext,
  body: object,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<readonly Result[]> {
  try {
    const answer = await context.daemon.call("POST", "/sandbox/requests", body, timeoutMs, signal);
    return (answer as { results: readonly Result[] }).results;
  } catch (error) {
    if (error instanceof DaemonError && error.code === "NoWorkload")
      throw new UsageError(`--from: ${error.reason}`, { cause: error });
    throw error;
  }
}

/** The results for people: one in full, several counted. */
export function renderCurl({ results }: CurlReport): string {
  const [only] = results;
  return only !== undefined && results.length === 1 ? renderOne(only) : renderMany(results);
}

/** What the command ends with, as its help says. */
export function curlExitCode({ results }: CurlReport, { fail = false }: Pick<CurlOptions, "fail">): number {
  if (results.some(({ status }) => status === undefined)) return UNANSWERED;
  return fail && results.some(({ status = 0 }) => status >= 400) ? REFUSED : 0;
}

function renderOne(result: Result): string {
  const { status, error, answer, body, ms } = result;
  if (status === undefined) return pc.red(`no answer: ${explained(error)}, after ${ms} ms`);
  const head = `${(status < 400 ? pc.green : pc.red)(String(status))} in ${ms} ms`;
  if (answer === undefined) return [`${head}, not from an application`, body ?? ""].join("\n").trimEnd();
  const rows = [
    ["answered by", named(answer)],
    ["region", answer.region],
    ["pod", `${answer.namespace}/${answer.pod}`],
    ["its identity", answer.self ?? "none: it came in plaintext"],
    ["caller's identity", answer.caller ?? "none"],
    ["request", `${answer.method} ${answer.path}`],
  ] as const;
  return [head, ...rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`)].join("\n");
}

function renderMany(results: readonly Result[]): string {
  const groups = new Map<string, { readonly row: readonly string[]; count: number }>();
  for (const { status, error, answer } of results) {
    const row = [
      status === undefined ? explained(error) : String(status),
      answer === undefined ? "" : answer.workload,
      answer?.version ?? "",
      answer?.region ?? "",
    ];
    const group = groups.get(row.join("|")) ?? { row, count: 0 };
    group.count += 1;
    groups.set(row.join("|"), group);
  }
  const table = new Table({
    head: ["requests", "%", "status", "answered by", "version", "region"],
    style: { head: [], border: [] },
  });
  for (const { row, count } of [...groups.values()].toSorted((a, b) => b.count - a.count))
    table.push([String(count), ((100 * count) / results.length).toFixed(1), ...row]);
  const head = `${table.toString()}\n${results.length} requests`;
  // How long it took until nobody answered says nothing of a service.
  if (results.every(({ status }) => status === undefined)) return `${head}, none answered`;
  const times = results.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return `${head}; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${times.at(-1) ?? 0} ms`;
}

function named({ workload, version }: NonNullable<Result["answer"]>): string {
  return version === "" ? workload : `${workload}, version ${version}`;
}

function explained(error = "unknown"): string {
  switch (error) {
    case "ECONNRESET":
      return "the connection was reset (ECONNRESET)";
    case "ECONNREFUSED":
      return "nobody listens there (ECONNREFUSED)";
    case "ENOTFOUND":
      return "the proxy knows no such name (ENOTFOUND)";
    case "ENOENT":
      return "the workload's proxy does not listen: see what npx mesh verify --home .sandbox says of pushes (ENOENT)";
    case "ETIMEDOUT":
      return "it took too long (ETIMEDOUT)";
    default:
      return error;
  }
}

function senderOf(from: string, regions: readonly string[]): { region: string; workload: string } {
  const [region = "", ...workload] = from.split("/");
  if (workload.length < 1 || workload.length > 2 || workload.includes(""))
    throw new UsageError(`--from ${from}: say region/workload, or region/namespace/workload.`);
  if (!regions.includes(region))
    throw new UsageError(
      `--from ${from}: ${region} is no region of the mesh; its regions: ${regions.join(", ")}.`,
    );
  return { region, workload: workload.join("/") };
}

/** What is to be sent. */
export function orderOf(url: string, options: CurlOptions): Order {
  const full = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(full) || !/^https?:$/.test(new URL(full).protocol))
    throw new UsageError(`${url} is no address: say http://host/path or https://host/path.`);
  const { request, data } = options;
  return {
    url: full,
    method: request ?? (data === undefined ? "GET" : "POST"),
    headers: headersOf(options.header ?? []),
    ...(data === undefined ? {} : { body: data }),
    count: whole("--count", options.count ?? "1", MOST_REQUESTS),
    concurrency: whole("--concurrency", options.concurrency ?? "1", 64),
    timeoutMs: whole("--timeout", options.timeout ?? "10", 300) * 1000,
  };
}

/** Values of one name are one list, as HTTP has it. */
function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const [name, value] of lines.map(headerOf)) {
    const before = headers.get(name);
    const between = name === "cookie" ? "; " : ", ";
    headers.set(name, before === undefined ? value : `${before}${between}${value}`);
  }
  return Object.fromEntries(headers);
}

function headerOf(line: string): [string, string] {
  const at = line.indexOf(":");
  if (at < 1) throw new UsageError(`--header ${line}: say name: value.`);
  return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most)
    throw new UsageError(`${option} ${text}: say a whole number from 1 to ${most}.`);
  return value;
}
