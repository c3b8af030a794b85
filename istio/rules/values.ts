import type { Fault } from "./fault";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A day: longer limits are mistakes of the unit. */
export const LONGEST_MS = 86_400_000;

/** Milliseconds of a duration as Istio writes it; undefined for any other text. */
export function milliseconds(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS[unit ?? ""];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** What a duration may be. */
export interface DurationRange {
  /** @default 1, the shortest that Istio takes */
  readonly leastMs?: number;
  /** @default {@link LONGEST_MS} */
  readonly mostMs?: number;
}

/** Faults of a duration; none where it is not given. */
export function checkDuration(
  setting: string,
  text: string | undefined,
  { leastMs = 1, mostMs = LONGEST_MS }: DurationRange = {},
): readonly Fault[] {
  if (text === undefined) return [];
  const value = milliseconds(text);
  if (value !== undefined && Number.isInteger(value) && value >= leastMs && value <= mostMs) return [];
  const most = mostMs / (UNITS["h"] ?? 1);
  return [
    {
      setting,
      value: text,
      allowed: `a number with ms, s, m or h, from ${leastMs}ms to ${most}h in whole milliseconds`,
      fix: 'Write it like "250ms", "5s" or "3m"',
    },
  ];
}

/** Faults of a whole number; none where it is not given. */
export function checkWhole(
  setting: string,
  value: number | undefined,
  least: number,
  most: number,
): readonly Fault[] {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return [{ setting, value, allowed: `a whole number from ${least} to ${most}`, fix: "Correct the number" }];
}

/** Faults of a share of requests, of which Envoy counts ten-thousandths of a percent. */
export function checkPercent(setting: string, value: number): readonly Fault[] {
  // Numbers that are not finite fail the comparison.
  if (value >= 0 && value <= 100) return [];
  return [{ setting, value, allowed: "a percentage from 0 to 100", fix: "Give the percent of the requests" }];
}
