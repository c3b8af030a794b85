import type { Finder, Finding, Repair, RepairStack } from "./finding";
import { findReleases, type HelmOptions } from "./helm";
import { findPending, type PendingOptions } from "./pending";

/** What became of a finding. */
export interface Outcome {
  readonly finding: Finding;
  /** `left`: nothing was done about it, since only the user can, or since the user did not agree. */
  readonly result: "repaired" | "failed" | "left";
  /** In one line. */
  readonly detail: string;
}

export interface FinderOptions extends PendingOptions {
  /** How Helm is run; without it nobody looks at releases. */
  readonly helm?: HelmOptions;
}

/**
 * Everything that looks for damage, in the order in which it is mended. Releases come before what the state says of
 * interrupted operations: that waits until a release has come to rest, and a stuck one never does by itself.
 */
export function finders({ helm, ...pending }: FinderOptions = {}): readonly Finder[] {
  return [
    ...(helm === undefined ? [] : [(stack: RepairStack) => findReleases(stack, helm)]),
    (stack) => findPending(stack, pending),
  ];
}

/** Looks for damage and changes nothing. */
export async function examine(stack: RepairStack, all: readonly Finder[]): Promise<readonly Repair[]> {
  const found: Repair[] = [];
  for (const find of all) found.push(...(await find(stack)));
  return found;
}

/**
 * Mends what can be mended, one after another; one failure does not keep the others from being mended.
 *
 * @param explain adds to the error of a mend what the engine does not say, such as who holds the lock.
 */
export async function mendAll(
  repairs: readonly Repair[],
  report: (detail: string) => void,
  explain: (error: unknown) => Error = asError,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { finding, mend } of repairs) {
    if (mend === undefined) {
      outcomes.push({ finding, result: "left", detail: finding.fix });
      continue;
    }
    try {
      outcomes.push({ finding, result: "repaired", detail: await mend(report) });
    } catch (error) {
      outcomes.push({ finding, result: "failed", detail: explain(error).message });
    }
  }
  return outcomes;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
