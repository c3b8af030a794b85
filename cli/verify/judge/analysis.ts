import { absent, judged, outcome, type Asked, type Fault, type Outcome } from "../check";
import type { AnalysisMessage, RegionWanted } from "../facts";

/**
 * Whether Istio's analyzers find no error in what stands; warnings are notes, unless they are to count.
 * @param messages absent for a region without objects of Istio.
 */
export function judgeAnalysis(
  wanted: RegionWanted,
  messages: Asked<readonly AnalysisMessage[]> | undefined,
  strict: boolean,
): Outcome {
  if (messages === undefined) return absent(`by ${wanted.controlPlane}`);
  return judged(messages, (all) => {
    const here = all.filter(({ cluster = wanted.cluster }) => cluster === wanted.cluster);
    const counts = (message: AnalysisMessage): boolean =>
      message.level === "Error" || (strict && message.level === "Warning");
    const faults = here.filter(counts).map((message) => fault(wanted, message));
    const warnings = here.filter((message) => message.level === "Warning" && !counts(message));
    const detail = warnings.length === 0 ? "clean" : `${warnings.length} warnings`;
    return outcome(detail, faults, summed(wanted, warnings));
  });
}

function fault({ name }: RegionWanted, { code, origin, message, documentationUrl }: AnalysisMessage): Fault {
  return {
    what: `${origin ?? "the mesh"} in ${name}`,
    cause: `${code}: ${message}`,
    fix: `see ${documentationUrl ?? "https://istio.io/latest/docs/reference/config/analysis/"}`,
  };
}

/** One line for each code: a cluster may have hundreds of the same. */
function summed({ name }: RegionWanted, warnings: readonly AnalysisMessage[]): string[] {
  const codes = [...new Set(warnings.map(({ code }) => code))].toSorted();
  return codes.map((code) => {
    const same = warnings.filter((message) => message.code === code);
    const [first] = same;
    const more = same.length > 1 ? ` and ${same.length - 1} more` : "";
    return `${name}: ${code}: ${first?.origin ?? "the mesh"}${more}: ${first?.message ?? ""}`;
  });
}
