import type { Asked, CheckName, Outcome } from "../check";
import { CHECK_NAMES, outcome, unasked } from "../check";
import type { AnalysisMessage, RegionFacts, RegionWanted } from "../facts";
import type { SandboxWays } from "../sandbox";
import { judgeAnalysis } from "./analysis";
import { judgeCertificates } from "./certificates";
import { judgeControlPlane } from "./controlPlane";
import { judgeLinks } from "./links";
import { judgeOneMatrix, judgePolicies } from "./policies";
import { judgeProxies } from "./proxies";
import { judgePushes } from "./pushes";
import { judgeNoRegion, judgeReach } from "./reach";
import { judgeRequests, type SentRequests } from "./requests";
import { judgeOneRoot, judgeRoot } from "./root";
import { judgeSync } from "./sync";

/** Everything that is known when a region is judged. */
export interface RegionCase {
  readonly wanted: RegionWanted;
  readonly facts: RegionFacts;
  /** What stands in the region whose istiod runs this one's proxies. */
  readonly governor: RegionFacts;
  /** PEM of the roots of the stack `global`. @default no stack is asked */
  readonly roots?: Asked<string>;
  /** @default the region has no objects of Istio */
  readonly messages?: Asked<readonly AnalysisMessage[]> | undefined;
  /** @default no test requests were to be sent */
  readonly sent?: SentRequests | undefined;
  /** Every region of the mesh, by name. */
  readonly mesh: ReadonlyMap<string, RegionWanted>;
  /** Why the region does not stand at all. */
  readonly gone?: string | undefined;
  /** @default the mesh stands in no sandbox */
  readonly sandbox?: SandboxWays | undefined;
}

/** How strictly it is judged. */
export interface Measure {
  readonly now: Date;
  /** Days before its end from which on a certificate counts as near it. */
  readonly expiryDays: number;
  /** Whether warnings of the analyzers count. */
  readonly strict: boolean;
}

/** Outcomes by check. */
export type Outcomes = Readonly<Record<CheckName, Outcome>>;

/** Judges one region: facts in, outcomes out. */
export function judgeRegion(region: RegionCase, measure: Measure): Outcomes {
  const { wanted, facts, governor, roots, messages, sent, mesh, gone, sandbox } = region;
  const { now, expiryDays: days, strict } = measure;
  return {
    reach: gone === undefined ? judgeReach(wanted, facts) : judgeNoRegion(wanted, gone),
    controlPlane: judgeControlPlane(wanted, facts),
    links: judgeLinks(wanted, facts),
    sync: judgeSync(wanted, facts),
    proxies: judgeProxies(wanted, facts, governor),
    pushes: judgePushes(wanted, governor),
    root:
      roots !== undefined && "failed" in roots
        ? unasked(roots.failed)
        : judgeRoot(wanted, facts, roots?.value),
    certificates: judgeCertificates(wanted, facts, { now, days }),
    policies: judgePolicies(wanted, facts),
    analysis: judgeAnalysis(wanted, facts, messages, { strict, sandbox }),
    requests: judgeRequests(wanted, mesh, sent, sandbox),
  };
}

/** Judges the mesh as a whole: what its regions say, and whether they say the same. */
export function judgeMesh(
  regions: ReadonlyMap<string, Outcomes>,
  facts: ReadonlyMap<string, RegionFacts>,
): Outcomes {
  const own: Partial<Record<CheckName, Outcome>> = {
    root: judgeOneRoot(facts),
    policies: judgeOneMatrix(facts),
  };
  const entries = CHECK_NAMES.map((check) => {
    const parts = [...regions.values()].map((outcomes) => outcomes[check]);
    return [check, together(parts, own[check])] as const;
  });
  return Object.fromEntries(entries) as unknown as Outcomes;
}

/** A mesh holds where each of its regions does, and what is asked of all at once. */
function together(parts: readonly Outcome[], own: Outcome = outcome("", [])): Outcome {
  const asked = parts.filter(({ state }) => state !== "absent");
  if (asked.length === 0) return parts[0] ?? own;
  const worst = [own, ...asked].map(({ state }) => state);
  const state = worst.includes("broken") ? "broken" : worst.includes("unasked") ? "unasked" : "holds";
  const held = asked.filter((part) => part.state === "holds").length;
  const counted = own.detail === "" || (state !== "holds" && own.state === "holds");
  const detail = counted ? `${held} of ${asked.length} regions` : own.detail;
  return { ...own, state, detail };
}
