import type { Fault } from "./fault";

/** Percentages by name, as weights of versions or shares of regions. */
export type Shares = Readonly<Record<string, number>>;

/** The sum that percentages must reach. */
export const WHOLE = 100;

/** Whether a percentage is whole and lies within the bounds. */
export function isPercent(value: number, least = 0): boolean {
  return Number.isInteger(value) && value >= least && value <= WHOLE;
}

/** The sum of all shares. */
export function total(shares: Shares): number {
  return Object.values(shares).reduce((sum, share) => sum + share, 0);
}

/**
 * Faults of percentages that must sum to 100.
 * @param least the smallest share: a route may have 0, a locality may not (istiod refuses it).
 */
export function checkShares(setting: string, shares: Shares, least: 0 | 1): readonly Fault[] {
  const outside: readonly Fault[] = Object.entries(shares)
    .filter(([, share]) => !isPercent(share, least))
    .map(([name, share]) => ({
      setting: `${setting}.${name}`,
      value: share,
      allowed: `a whole number from ${least} to ${WHOLE}`,
      fix: least === 0 ? "Give the percent of the requests" : "Give each region at least 1",
    }));
  if (total(shares) === WHOLE) return outside;
  return [
    ...outside,
    {
      setting,
      value: shares,
      allowed: `percentages that sum to ${WHOLE}; these sum to ${total(shares)}`,
      fix: `Change them so that the sum is ${WHOLE}`,
    },
  ];
}
