import { outcome, unasked, type Outcome } from "../check";
import type { RegionFacts, RegionWanted } from "../facts";

/** Words of a failure that lies with who asks: nothing is said about the mesh by it. */
const OUR_SIDE = /not on PATH|exec command|kubeconfig|passphrase|PULUMI_|pulumi |: 40[13]\b/;

/** Whether the API server of the region answers. */
export function judgeReach({ name }: RegionWanted, { reach }: RegionFacts): Outcome {
  if ("value" in reach) return outcome(reach.value, []);
  if (OUR_SIDE.test(reach.failed)) return unasked(reach.failed);
  return outcome("no answer", [
    {
      what: `API server of ${name}`,
      cause: reach.failed,
      fix: "see that the cluster runs, and that this machine is among its authorized ranges (docs/azure.md)",
    },
  ]);
}

/** A region whose stack has nothing to show. */
export function judgeNoRegion({ name }: RegionWanted, why: string): Outcome {
  return outcome("does not stand", [
    {
      what: `region ${name}`,
      cause: `${why}, and the regions table has it`,
      fix: `pulumi up --stack ${name}, or take it out of global-mesh:regions`,
    },
  ]);
}
