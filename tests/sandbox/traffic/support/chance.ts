import assert from "node:assert/strict";
import { interval } from "./binomial";

/** How often a sample showed what chance decides each time anew. */
export interface Chance {
  /** What was seen. */
  readonly what: string;
  readonly seen: number;
  readonly tries: number;
  /** That it is seen in one try; what is never to be seen (0), or always (1), no second sample excuses. */
  readonly probability: number;
  /** Whether fewer are right, too. @default false */
  readonly atMost?: boolean;
}

/**
 * Takes a sample and expects of each number what chance allows in 999 of 1,000 samples. The thousandth would fail for
 * nothing, so a sample with a number that is out of its interval gets one more, which decides. What must hold of every
 * sample, `take` asserts by itself.
 */
export async function expectChances(take: () => Promise<readonly Chance[]>): Promise<void> {
  const first = outside(await take());
  if (first.length === 0) return;
  assert.deepEqual(
    first.filter(({ isExcused }) => !isExcused).map(({ said }) => said),
    [],
  );
  const second = outside(await take());
  assert.deepEqual(
    second.map(({ said }) => said),
    [],
    `${sentences(second)}; the sample before: ${sentences(first)}`,
  );
}

interface Miss {
  readonly said: string;
  readonly isExcused: boolean;
}

function outside(chances: readonly Chance[]): readonly Miss[] {
  return chances.flatMap(({ what, seen, tries, probability, atMost = false }) => {
    const { low, high } = interval(tries, probability);
    const least = atMost ? 0 : low;
    if (seen >= least && seen <= high) return [];
    const said = `${seen} of ${tries} ${what}; allowed ${least} to ${high}`;
    return [{ said, isExcused: probability > 0 && probability < 1 }];
  });
}

function sentences(misses: readonly Miss[]): string {
  return misses.map(({ said }) => said).join(", ");
}
