import { ROLLOUT_PHASES, isRolloutPhase, type RolloutPhases } from "../../topology";
import type { Application } from "../intent";
import { entryKey } from "../scope";
import type { Fault } from "./fault";

/** The file that says the phases, as faults name it. */
const FILE = "rollouts.yaml";

/**
 * Faults of the canaries' phases. A service that has a canary and no phase is none: it begins at 0.
 * @param applications the whole catalog, chosen or not.
 */
export function checkRollouts(
  applications: readonly Application[],
  rollouts: RolloutPhases,
): readonly Fault[] {
  const services = applications.flatMap((application) => application.services);
  const known = new Set(services.map(entryKey));
  const rolling = services.filter(({ rollout }) => rollout !== undefined).map(entryKey);
  const allowed = `a service with a rollout: ${rolling.toSorted().join(", ") || "the catalog has none"}`;
  return Object.entries(rollouts).flatMap(([key, phase]): readonly Fault[] => {
    if (!rolling.includes(key)) {
      const fix = known.has(key)
        ? "Say rollout: { stable, canary } of that service in the catalog, or take the line out"
        : "Correct the name, or take the line out";
      return [{ setting: FILE, value: key, allowed, fix }];
    }
    if (isRolloutPhase(phase)) return [];
    const phases = ROLLOUT_PHASES.join(", ");
    return [{ setting: `${FILE}: ${key}`, value: phase, allowed: phases, fix: "Take one of the phases" }];
  });
}
