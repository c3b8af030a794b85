import assert from "node:assert/strict";
import type { Order, Result } from "../../../../sandbox/app/settings";
import { interval } from "./binomial";
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

/**
 * Expects shares as far as chance allows in 999 of 1,000 samples. The thousandth would fail for nothing, so a sample
 * that is out of its interval gets one more, which decides; an answer that may never come is never excused.
 */
export async function expectShares(requests: Requests, shares: Shares): Promise<void> {
  const { from, url, headers = {}, by, percent } = shares;
  const order: Order = { url, headers, count: SAMPLE, concurrency: 8 };
  const take = async (): Promise<Record<string, number>> => countBy(await requests.send(from, order), by);
  await requests.expect(from, new URL(url).hostname, async () => {
    const first = await take();
    assert.deepEqual(strange(first, percent), [], JSON.stringify(first));
    if (outside(first, percent).length === 0) return;
    const second = await take();
    assert.deepEqual(strange(second, percent), [], JSON.stringify(second));
    assert.deepEqual(outside(second, percent), [], `twice, the first time ${JSON.stringify(first)}`);
  });
}

/** The version that answered, or what came in its place. */
export function versionOf({ answer, status, error }: Result): string {
  return answer !== undefined && status === 200 ? answer.version : `HTTP ${status ?? error ?? "nothing"}`;
}

/** The region that answered, or what came in its place. */
export function regionOf({ answer, status, error }: Result): string {
  return answer !== undefined && status === 200 ? answer.region : `HTTP ${status ?? error ?? "nothing"}`;
}

function strange(seen: Readonly<Record<string, number>>, percent: Shares["percent"]): string[] {
  return Object.keys(seen).filter((key) => (percent[key] ?? 0) === 0);
}

function outside(seen: Readonly<Record<string, number>>, percent: Shares["percent"]): string[] {
  return Object.entries(percent).flatMap(([key, share]) => {
    const { low, high } = interval(SAMPLE, share / 100);
    const count = seen[key] ?? 0;
    return count < low || count > high ? [`${count} for ${key}; allowed ${low} to ${high}`] : [];
  });
}
