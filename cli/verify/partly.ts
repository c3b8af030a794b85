import { unasked, type CheckName, type Outcome } from "./check";
import type { RegionFacts } from "./facts";
import type { Outcomes } from "./judge";

/**
 * Takes back what cannot be said since some of the istiod pods did not answer: that all is well with them, and that a
 * proxy is connected to none of them. A fault that one of the others names stays.
 * @param governor what stands in the region whose istiod runs the proxies.
 */
export function takenBack(outcomes: Outcomes, own: RegionFacts, governor: RegionFacts): Outcomes {
  const change = (check: CheckName, why: string | undefined, taken: readonly Outcome["state"][]) =>
    why !== undefined && taken.includes(outcomes[check].state) ? { [check]: unasked(why) } : {};
  return {
    ...outcomes,
    ...change("controlPlane", own.silent, ["holds"]),
    ...change("sync", own.silent, ["holds"]),
    ...change("proxies", governor.silent, ["holds", "broken"]),
    ...change("pushes", governor.silent, ["holds"]),
  };
}
