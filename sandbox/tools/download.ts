import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Download } from "./recipes";
import { readTarMember } from "./tar";

/** Limits of a download. */
export interface DownloadLimits {
  /** Until the server answers. @default 5 s: behind a firewall nothing ever answers, and a build can begin */
  readonly answerMs?: number;
  /** Between two pieces of the file. @default 20 s */
  readonly stallMs?: number;
}

/** Gets a vendor's file, checks it, and writes the program out of it as an executable. */
export async function download(
  source: Download,
  target: string,
  o: { signal?: AbortSignal | undefined; limits?: DownloadLimits } = {},
): Promise<void> {
  const body = await get(source.url, o.limits ?? {}, o.signal);
  const digest = createHash("sha256").update(body).digest("hex");
  if (digest !== source.sha256) {
    throw new Error(
      `${source.url} has the checksum ${digest}, but ${source.sha256} is expected: it is not used.`,
    );
  }
  const program = source.member === undefined ? body : readTarMember(body, source.member);
  await writeFile(target, program, { mode: 0o755 });
}

async function get(url: string, limits: DownloadLimits, signal: AbortSignal | undefined): Promise<Buffer> {
  const { answerMs = 5_000, stallMs = 20_000 } = limits;
  const controller = new AbortController();
  const giveUp = (after: number): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(`${url}: no answer for ${after / 1000} s`)), after);
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort, { once: true });
  let timer = giveUp(answerMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answers ${response.status}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = giveUp(stallMs);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`${url}: ${causeOf(error)}`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** `fetch` says only "fetch failed"; what failed is in the cause. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
