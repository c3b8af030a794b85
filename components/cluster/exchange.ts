import { request, type RequestOptions } from "node:https";
import type { FailedRequest } from "./joinable";

/** Why a request brought no usable answer. */
export class RequestFailed extends Error {
  constructor(readonly failed: FailedRequest) {
    super("the request brought no usable answer");
  }
}

const TIMEOUT_MS = 15_000;

/**
 * Sends a GET request and reads the whole answer; throws a {@link RequestFailed}.
 * @param limitMs how long both together may take.
 */
export function exchange(
  url: URL,
  signed: RequestOptions,
  limitMs = TIMEOUT_MS,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limitMs);
    const failed = (error: unknown): void => {
      // The error of an aborted request says ABORT_ERR or ECONNRESET, by how far it had come.
      const code = signal.aborted ? "ETIMEDOUT" : (error as NodeJS.ErrnoException).code;
      reject(new RequestFailed(code === undefined ? {} : { code }));
    };
    try {
      const sent = request(url, { ...signed, signal }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", failed);
        answer.on("end", () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() });
        });
      });
      sent.on("error", failed);
      sent.end();
    } catch (error) {
      // A certificate that is none is found out before anything is sent.
      failed(error);
    }
  });
}
