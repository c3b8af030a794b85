import { setTimeout as sleep } from "node:timers/promises";
import { adopt, finish, isAsked, underWay } from "./edit";
import type { Repair, RepairStack } from "./finding";
import { isCurrent, planRepair, UNCONFIRMED, UNFINISHED, type Answers, type PlannedRepair } from "./plan";
import { label, type Deployment, type StackExport } from "./state";

/** How long an object may still be on its way, e.g. a cluster whose creation Azure goes on with. */
export const SETTLE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 2_000;

export interface PendingOptions extends Answers {
  /** @default 30 minutes */
  readonly settleMs?: number;
}

/** The interrupted operations of a stack, each with its mend. All are mended together, by the first of them. */
export async function findPending(
  stack: RepairStack,
  options: PendingOptions = {},
): Promise<readonly Repair[]> {
  const exported = await exportState(stack);
  const plan = planRepair(exported.deployment ?? {}, options);
  const waiting = plan.some(({ action }) => action === "ask");
  let mended: Promise<ReadonlyMap<PlannedRepair, string>> | undefined;
  return plan.map((planned): Repair => {
    // An edit of the state drops all pending operations: it is made when each has its answer.
    if (waiting) return { finding: planned.finding };
    return {
      finding: planned.finding,
      mend: async (report) => {
        mended ??= mendPending(stack, plan, report, options.settleMs ?? SETTLE_MS);
        return (await mended).get(planned) ?? "";
      },
    };
  });
}

async function mendPending(
  stack: RepairStack,
  plan: readonly PlannedRepair[],
  report: (detail: string) => void,
  settleMs: number,
): Promise<ReadonlyMap<PlannedRepair, string>> {
  // An update may have run since the plan was made.
  const now = await exportState(stack);
  if (now.deployment === null) throw new Error(`Stack ${stack.name} has no state any more.`);
  const asked = plan.filter(isAsked);
  report("writing what is known into the state");
  await importState(stack, { ...now, deployment: adopt(now.deployment, plan) });
  const urns = [...new Set(asked.map(({ resource }) => resource.urn))];
  const after = urns.length === 0 ? now.deployment : await settle(stack, plan, urns, report, settleMs);
  return new Map(plan.map((repair) => [repair, outcome(repair, after)]));
}

/** Reads the resources from their providers until all have come to rest. */
async function settle(
  stack: RepairStack,
  plan: readonly PlannedRepair[],
  urns: readonly string[],
  report: (detail: string) => void,
  settleMs: number,
): Promise<Deployment> {
  const end = Date.now() + settleMs;
  const targets = urns.flatMap((urn) => ["--target", urn]);
  for (;;) {
    report("asking the providers what exists");
    await stack.pulumi(["refresh", "--yes", "--skip-preview", "--suppress-outputs", ...targets]);
    const refreshed = await exportState(stack);
    const deployment = refreshed.deployment ?? {};
    const busy = (deployment.resources ?? [])
      .filter(({ urn }) => urns.includes(urn))
      .flatMap((resource) => {
        const what = underWay(resource);
        return what === undefined ? [] : [`${label(resource)} (${what})`];
      });
    const mark = busy.length === 0 ? UNFINISHED : UNCONFIRMED;
    await importState(stack, { ...refreshed, deployment: finish(deployment, plan, mark) });
    if (busy.length === 0) return deployment;
    if (Date.now() > end) {
      throw new Error(
        `After ${Math.round(settleMs / 60_000)} min these are still under way: ${busy.join(", ")}. ` +
          "Find out what holds them, then run mesh repair again.",
      );
    }
    report(`waiting for ${busy.join(", ")}`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: stack.signal });
  }
}

function outcome(repair: PlannedRepair, after: Deployment): string {
  const stands = after.resources?.some((one) => one.urn === repair.resource.urn && isCurrent(one)) === true;
  switch (repair.action) {
    case "adopt":
      return stands
        ? "exists, and is in the state now; the next update finishes it"
        : "does not exist; forgotten";
    case "refresh":
      return stands ? "exists; the next update makes it whole" : "does not exist; out of the state";
    case "clear":
      return "forgotten";
    case "ask":
      throw new Error(`nothing was said about ${repair.resource.urn}`);
  }
}

/** The state of a stack, its secrets as ciphertext. */
export async function exportState(stack: RepairStack): Promise<StackExport> {
  return JSON.parse(await stack.pulumi(["stack", "export"])) as StackExport;
}

async function importState(stack: RepairStack, state: StackExport): Promise<void> {
  await stack.pulumi(["stack", "import"], JSON.stringify(state));
}

/** Whether a state, as text, has anything that a repair of pending operations would look at. */
export function hasPending(state: string): boolean {
  return state.includes('"pending_operations"') || state.includes(UNCONFIRMED);
}
