import assert from "node:assert/strict";
import type { Order, Result } from "../../../../sandbox/app/settings";
import { expectChances } from "./chance";
import { countBy, type Requests, type Sender } from "./requests";

/** So many requests are in a sample. */
export const SAMPLE = 2_000;

/** How requests are to be shared out. */
export interface Shares {
  readonly from: Sender;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a result counts for, e.g. the version that answered. */
  readonly by: (result: Result) => string;
  /** Percent of each; the sum is 100. What is not named here, or at 0, must not be seen at all. */
  readonly percent: Readonly<Record<string, number>>;
}

/** Expects shares as far as chance allows; an answer that may never come is never excused. */
export async function expectShares(requests: Requests, shares: Shares): Promise<void> {
  const { from, url, headers = {}, by, percent } = shares;
  const order: Order = { url, headers, count: SAMPLE, concurrency: 8 };
  // A workload that is ready is known to its callers' proxies a moment later.
  const due = Object.keys(percent).filter((key) => (percent[key] ?? 0) > 0);
  await requests.until(from, { ...order, count: 100 }, (seen) => {
    const counts = countBy(seen, by);
    return due.every((key) => key in counts) && Object.keys(counts).every((key) => due.includes(key));
  });
  await requests.expect(from, new URL(url).hostname, () =>
    expectChances(async () => {
      const seen = countBy(await requests.send(from, order), by);
      const strange = Object.keys(seen).filter((key) => (percent[key] ?? 0) === 0);
      assert.deepEqual(strange, [], JSON.stringify(seen));
      return Object.entries(percent).map(([key, share]) => ({
        ...{ what: `for ${key}`, seen: seen[key] ?? 0 },
        ...{ tries: SAMPLE, probability: share / 100 },
      }));
    }),
  );
}

/** The version that answered, or what came in its place. */
export function versionOf({ answer, status, error }: Result): string {
  return answer !== undefined && status === 200 ? answer.version : `HTTP ${status ?? error ?? "nothing"}`;
}

/** The region that answered, or what came in its place. */
export function regionOf({ answer, status, error }: Result): string {
  return answer !== undefined && status === 200 ? answer.region : `HTTP ${status ?? error ?? "nothing"}`;
}
