import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppClient, type ClientSettings, type Exchange } from "../client";
import { CurlUsageError, readOptions, type CurlOptions } from "./options";
import { writeOut, type Transfer } from "./write-out";

/** What the node agent tells a container that plays curl. */
export interface CurlSettings extends ClientSettings {
  readonly args: readonly string[];
  /** The folder that stands for "/" in the container. */
  readonly root: string;
}

/** Exit codes of curl. */
const WRONG_USAGE = 2;
const FILESIZE_EXCEEDED = 63;
/** By the system's word for what went wrong. */
const FAILURES: Readonly<Record<string, readonly [number, string]>> = {
  ENOTFOUND: [6, "Could not resolve host"],
  ECONNREFUSED: [7, "Failed to connect to server"],
  ETIMEDOUT: [28, "Operation timed out"],
  ECONNRESET: [56, "Recv failure: Connection reset by peer"],
};
const OTHER_FAILURE = 56;

/** Statuses that curl takes for passing. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Does what curl would do with these args, through the proxy beside it, and returns its exit code. */
export async function runCurl(settings: CurlSettings): Promise<number> {
  const { args, root } = settings;
  try {
    const options = readOptions(args);
    // What cannot be written at the end is refused before anything is sent.
    writeOut(options.writeOut, { exitcode: 0, http_code: 0, num_retries: 0, errormsg: "", headers: {} });
    const { transfer, body } = await transferOf(options, new AppClient(settings));
    if (options.output === undefined) process.stdout.write(body);
    else writeFileSync(join(root, options.output), body, { mode: 0o600 });
    for (const { file, append, text } of writeOut(options.writeOut, transfer)) {
      if (file === undefined) process.stdout.write(text);
      else (append ? appendFileSync : writeFileSync)(join(root, file), text, { mode: 0o600 });
    }
    return transfer.exitcode;
  } catch (error) {
    if (!(error instanceof CurlUsageError)) throw error;
    console.error(`curl: ${error.message}`);
    return WRONG_USAGE;
  }
}

async function transferOf(
  options: CurlOptions,
  client: AppClient,
): Promise<{ readonly transfer: Transfer; readonly body: string }> {
  const { url, headers, maxTime, retry, retryDelay } = options;
  const order = { url, headers, ...(maxTime === undefined ? {} : { timeoutMs: maxTime * 1000 }) };
  for (let tries = 0; ; tries += 1) {
    const exchange = await client.fetch(order);
    if (tries >= retry || !isPassing(exchange, options)) return ended(exchange, options, tries);
    await sleep((retryDelay ?? 2 ** tries) * 1000);
  }
}

function isPassing(exchange: Exchange, { retryRefused }: CurlOptions): boolean {
  if ("status" in exchange) return PASSING.includes(exchange.status);
  const { error } = exchange;
  return error === "ETIMEDOUT" || error === "ENOTFOUND" || (retryRefused && error === "ECONNREFUSED");
}

function ended(exchange: Exchange, { url, maxFilesize }: CurlOptions, num_retries: number) {
  if ("error" in exchange) {
    const { error } = exchange;
    const [exitcode, words] = FAILURES[error] ?? [OTHER_FAILURE, error];
    const errormsg = exitcode === 6 ? `${words}: ${new URL(url).hostname}` : words;
    return { transfer: { exitcode, http_code: 0, num_retries, errormsg, headers: {} }, body: "" };
  }
  const { status, body } = exchange;
  const headers = Object.fromEntries(
    Object.entries(exchange.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
  );
  const done = { http_code: status, num_retries, headers };
  return maxFilesize !== undefined && Buffer.byteLength(body) > maxFilesize
    ? { transfer: { ...done, exitcode: FILESIZE_EXCEEDED, errormsg: "Maximum file size exceeded" }, body: "" }
    : { transfer: { ...done, exitcode: 0, errormsg: "" }, body };
}
