/** What came of a test request, in curl's words. */
export interface RequestAnswer {
  /** curl's exit code; 0 where an answer came, 63 where it was longer than is kept. */
  readonly exitCode: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** Region that the answer names: the one whose route the request took; empty where it took none. */
  readonly region: string;
  /** Tries after the first. */
  readonly retries: number;
  /** curl's error message, or the beginning of the answer's body. */
  readonly words: string;
}

/** No request was sent, since no workload is ready there that could answer. */
export interface NobodyThere {
  /** Workloads that are reported ready with no process behind them. */
  readonly simulated: number;
}

/** Answers to one region's requests by the region that they went to. */
export type RequestAnswers = ReadonlyMap<string, RequestAnswer | NobodyThere | { readonly failed: string }>;

/** curl says so of an answer that is longer than it was told to keep: an answer all the same. */
const TOO_LONG = 63;
const LONGEST_WORDS = 300;

/** The last line of a container's last words, as `--write-out` has it: fields between tabs, behind the answer's body. */
export const WRITE_OUT_FIELDS = (header: string): readonly string[] => [
  "%{exitcode}",
  "%{http_code}",
  `%header{${header}}`,
  "%{num_retries}",
  "%{errormsg}",
];

/** Reads a container's last words; undefined where they are not those of the Job's curl. */
export function readAnswer(message: string): RequestAnswer | undefined {
  const end = message.trimEnd().lastIndexOf("\n");
  const [exitCode, status, region, retries, ...rest] = message.slice(end + 1).split("\t");
  if (exitCode === undefined || status === undefined || region === undefined || rest.length === 0)
    return undefined;
  if (!/^\d+$/.test(exitCode) || !/^\d{3}$/.test(status)) return undefined;
  const body = message.slice(0, Math.max(end, 0));
  return {
    exitCode: Number(exitCode),
    status: Number(status),
    region,
    // Versions of curl before 8.9 do not count them.
    retries: Number(retries) || 0,
    words: plain(exitCode === "0" ? body : rest.join(" ")),
  };
}

/** Whether an answer came. */
export function isAnswered({ exitCode, status }: RequestAnswer): boolean {
  return status > 0 && (exitCode === 0 || exitCode === TOO_LONG);
}

/** A text of somebody else's on one line, without what a terminal would take for commands. */
export function plain(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST_WORDS);
}
