import { KubeError } from "./error";
import { pause, readAll, type Transport } from "./transport";
import type { KubeObject, WatchEvent } from "./types";

/** What a watch needs. */
export interface WatchOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onEvent(event: WatchEvent): void | Promise<void>;
}

/** What following a collection needs. */
export interface FollowOptions extends WatchOptions {
  /** Gets the whole collection at the start and whenever events may have been missed. */
  onSync(items: KubeObject[]): void | Promise<void>;
  /** Gets each failure that is retried. @default they are dropped */
  onError?(error: unknown): void;
}

const BACKOFF_MS = [200, 500, 1000, 2000, 5000] as const;

/** Reads a watch until the server closes it; ends quietly when the signal says so. */
export async function watch(transport: Transport, path: string, o: WatchOptions): Promise<void> {
  try {
    const answer = await transport.open(
      { method: "GET", path, query: { ...o.query, watch: "true" } },
      o.signal,
    );
    if (answer.statusCode !== 200)
      throw KubeError.fromAnswer("GET", path, answer.statusCode ?? 0, await readAll(answer));
    answer.setEncoding("utf8");
    let rest = "";
    for await (const chunk of answer) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") await o.onEvent(JSON.parse(line) as WatchEvent);
    }
  } catch (error) {
    if (o.signal.aborted) return;
    throw error instanceof KubeError ? error : transport.unreachable(error);
  }
}

/** Keeps a caller in step with a collection: list, then watch, list again when the watch cannot go on. */
export async function follow(transport: Transport, path: string, o: FollowOptions): Promise<void> {
  const ended = (): boolean => o.signal.aborted;
  for (let failures = 0; !ended();) {
    try {
      const version = await sync(transport, path, o);
      failures = 0;
      await watchFrom(transport, path, version, o);
    } catch (error) {
      if (ended()) return;
      o.onError?.(error);
      const wait = BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)] ?? 5000;
      await pause(wait, o.signal).catch(() => undefined);
    }
  }
}

async function sync(transport: Transport, path: string, o: FollowOptions): Promise<string> {
  const text = await transport.exchange({
    method: "GET",
    path,
    ...(o.query === undefined ? {} : { query: o.query }),
    signal: o.signal,
  });
  const list = JSON.parse(text) as KubeList;
  await o.onSync(listItems(list));
  return list.metadata.resourceVersion;
}

// Watches again from the last version seen for as long as the server knows that version.
async function watchFrom(transport: Transport, path: string, from: string, o: FollowOptions): Promise<void> {
  const seen = { version: from, expired: false };
  while (!o.signal.aborted && !seen.expired) {
    const started = Date.now();
    await watch(transport, path, {
      query: { ...o.query, resourceVersion: seen.version, allowWatchBookmarks: "true" },
      signal: o.signal,
      onEvent: async (event) => {
        if (event.type === "ERROR") {
          seen.expired = true;
          return;
        }
        seen.version = event.object.metadata.resourceVersion ?? seen.version;
        if (event.type !== "BOOKMARK") await o.onEvent(event);
      },
    });
    // A server that closes at once must not be asked in a tight loop.
    if (Date.now() - started < 1000) await pause(500, o.signal).catch(() => undefined);
  }
}

/** A list as the server answers it: its items carry neither apiVersion nor kind. */
export interface KubeList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly items: KubeObject[] | null;
}

/** The items of a list, each with its apiVersion and kind. */
export function listItems(list: KubeList): KubeObject[] {
  const kind = list.kind.replace(/List$/, "");
  return (list.items ?? []).map((item) => ({ ...item, apiVersion: list.apiVersion, kind }));
}
