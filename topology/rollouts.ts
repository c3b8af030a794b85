/** Phases that a canary passes through, in percent of the requests; 0 is before the first. */
export const ROLLOUT_PHASES = [0, 10, 25, 50, 75, 100] as const;
export type RolloutPhase = (typeof ROLLOUT_PHASES)[number];

/** `namespace/name` of a service → percent of its requests that go to its canary; the same in all regions. */
export type RolloutPhases = Readonly<Record<string, RolloutPhase>>;

/** Whether a value is the percentage of a phase. */
export function isRolloutPhase(value: unknown): value is RolloutPhase {
  return ROLLOUT_PHASES.some((phase) => phase === value);
}
