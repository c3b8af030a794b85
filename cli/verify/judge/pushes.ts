import { judged, outcome, unasked, type Fault, type Outcome } from "../check";
import type { RegionFacts, RegionWanted } from "../facts";
import { nobodyAnswers } from "./controlPlane";

/**
 * Whether a proxy refuses what istiod sends to it: it goes on with what it had before, and says so to nobody else.
 * Refused pushes that a later one has made good are a note.
 * @param governor what stands in the region whose istiod runs this one's proxies.
 */
export function judgePushes(wanted: RegionWanted, governor: RegionFacts): Outcome {
  return judged(governor.istiods, (istiods) => {
    if (istiods.length === 0) return unasked(nobodyAnswers(wanted.controlPlane));
    const faults = istiods.flatMap(({ proxies }) =>
      proxies
        .filter(({ cluster }) => cluster === wanted.cluster)
        .flatMap(({ proxy, resources }) =>
          Object.entries(resources).flatMap(([type, { lastError = "" }]): Fault[] => {
            if (lastError === "") return [];
            return [
              {
                what: `${type} of proxy ${proxy} in ${wanted.name}`,
                cause: `the proxy refuses the last push and keeps what it had: ${lastError.trim()}`,
                fix: "mend or take back the object that the message names; an EnvoyFilter is the usual one",
              },
            ];
          }),
        ),
    );
    if (wanted.controlPlane !== wanted.name) return outcome(`${faults.length} refused`, faults);
    const notes = istiods
      .filter(({ rejects }) => rejects > faults.length)
      .map(
        ({ pod, rejects }) =>
          `proxies of ${wanted.name} refused ${rejects} pushes since istiod ${pod} started (pilot_total_xds_rejects)`,
      );
    return outcome(`${faults.length} refused`, faults, notes);
  });
}
