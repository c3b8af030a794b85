/** What a command line of curl asks for. */
export interface CurlOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds for one try. @default none */
  readonly maxTime?: number;
  /** Tries after the first one. */
  readonly retry: number;
  /** Seconds between two tries. @default 1, doubled with each */
  readonly retryDelay?: number;
  readonly retryRefused: boolean;
  /** Bytes from which on an answer is not taken. @default any */
  readonly maxFilesize?: number;
  /** File for the answer's body. @default standard output */
  readonly output?: string;
  /** What is written at the end. */
  readonly writeOut: string;
}

/** The command line is none that curl would take here. */
export class CurlUsageError extends Error {
  override readonly name = "CurlUsageError";
}

/** Options without a value; what they would print is not printed here anyway. */
const FLAGS = ["--silent", "--show-error", "--retry-connrefused"] as const;

const VALUES = [
  "--header",
  "--max-filesize",
  "--max-time",
  "--noproxy",
  "--output",
  "--retry",
  "--retry-delay",
  "--write-out",
] as const;

/**
 * Reads the args of curl as far as the sandbox plays it: long options, each with its value behind it, and one URL. All
 * else is refused by name, so that nothing is taken for done that was not.
 */
export function readOptions(args: readonly string[]): CurlOptions {
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const urls: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("-")) urls.push(arg);
    else if (isOneOf(FLAGS, arg)) flags.add(arg);
    else if (isOneOf(VALUES, arg)) {
      index += 1;
      const value = args[index];
      if (value === undefined) throw new CurlUsageError(`option ${arg}: requires parameter`);
      values.set(arg, [...(values.get(arg) ?? []), value]);
    } else throw new CurlUsageError(`option ${arg}: is not one that the sandbox's curl knows`);
  }
  const [url] = urls;
  if (url === undefined || urls.length > 1)
    throw new CurlUsageError(`one URL is taken, these are ${urls.length}`);
  if (!url.startsWith("http://")) throw new CurlUsageError(`URL ${url}: only http:// is taken`);
  const last = (name: (typeof VALUES)[number]): string | undefined => values.get(name)?.at(-1);
  const [maxTime, retryDelay, maxFilesize, output] = [
    seconds("--max-time", last("--max-time")),
    seconds("--retry-delay", last("--retry-delay")),
    seconds("--max-filesize", last("--max-filesize")),
    last("--output"),
  ];
  return {
    url,
    headers: Object.fromEntries((values.get("--header") ?? []).map(headerOf)),
    retry: seconds("--retry", last("--retry")) ?? 0,
    retryRefused: flags.has("--retry-connrefused"),
    writeOut: last("--write-out") ?? "",
    ...(maxTime === undefined ? {} : { maxTime }),
    ...(retryDelay === undefined ? {} : { retryDelay }),
    ...(maxFilesize === undefined ? {} : { maxFilesize }),
    ...(output === undefined ? {} : { output }),
  };
}

function isOneOf<T extends string>(known: readonly T[], arg: string): arg is T {
  return (known as readonly string[]).includes(arg);
}

function seconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw new CurlUsageError(`option ${option}: expected a proper numerical parameter`);
  return Number(text);
}

function headerOf(text: string): readonly [string, string] {
  const at = text.indexOf(":");
  if (at < 1) throw new CurlUsageError(`option --header: ${text} has no name before a colon`);
  return [text.slice(0, at).toLowerCase(), text.slice(at + 1).trim()];
}
