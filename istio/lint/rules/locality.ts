import { failoverWithoutDetection, sharesOffWhole, spreadAndFailover } from "../../rules/balancing";
import { distributionWithoutDetection, regionsLeftOut, strangeRegions } from "../../rules/localityTable";
import { specRule, type LintRule } from "../rule";

const kinds = ["DestinationRule"];

/** Rules over which regions requests go to. */
export const localityRules: readonly LintRule[] = [
  specRule({
    code: "GM201",
    title: "Locality settings say either a distribution or a failover",
    why: "istiod refuses the two together, which nobody sees before the update.",
    fix: "Keep one of distribute and failover.",
    severity: "error",
    kinds,
    find: spreadAndFailover,
  }),
  specRule({
    code: "GM202",
    title: "Locality failover has outlier detection",
    why: "Without it no workload ever counts as failed, so a dead region keeps its requests.",
    fix: "Add outlierDetection to the same traffic policy; in the catalog say outlier, or leave it to failover.",
    severity: "error",
    kinds,
    find: failoverWithoutDetection,
  }),
  specRule({
    code: "GM203",
    title: "A distribution over regions has outlier detection",
    why:
      "The shares hold without it, and that may be meant; but a region whose workloads answer with errors then " +
      "keeps its share until Kubernetes takes them out of the Service.",
    fix: "Say outlier on the service, or suppress this where readiness probes are to decide alone.",
    severity: "warning",
    kinds,
    find: distributionWithoutDetection,
  }),
  specRule({
    code: "GM204",
    title: "A distribution names every region of the mesh",
    why: "Nothing is sent to a region that a row leaves out, and a client's region without a row follows no row at all.",
    fix: "Add the region with at least 1 percent, or use local with rest, which names them all.",
    severity: "error",
    kinds,
    find: (spec, mesh) => regionsLeftOut(spec, mesh.regions),
  }),
  specRule({
    code: "GM205",
    title: "Locality settings name regions that the mesh has",
    why: "No workload is in another one, so its share of the requests, or the failover to it, comes to nothing.",
    fix: "Correct the name, or add the region to the regions table.",
    severity: "error",
    kinds,
    find: (spec, mesh) => (mesh.regions.length === 0 ? [] : strangeRegions(spec, mesh.regions)),
  }),
  specRule({
    code: "GM206",
    title: "Each row of a distribution sums to 100, and no locality has less than 1",
    why: "istiod refuses any other, which nobody sees before the update.",
    fix: "Change the shares so that each row sums to 100.",
    severity: "error",
    kinds,
    find: sharesOffWhole,
  }),
];
