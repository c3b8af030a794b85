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
  let mended: Promise<ReadonlyMap<string, string>> | undefined;
  return plan.map((planned): Repair => {
    // An edit of the state drops all pending operations: it is made when each has its answer.
    if (waiting) return { finding: planned.finding };
    return {
      finding: planned.finding,
      mend: async (report) => {
        mended ??= mendPending(stack, plan, report, options);
        return (await mended).get(keyOf(planned)) ?? "no longer interrupted; left as it is";
      },
    };
  });
}

async function mendPending(
  stack: RepairStack,
  shown: readonly PlannedRepair[],
  report: (detail: string) => void,
  options: PendingOptions,
): Promise<ReadonlyMap<string, string>> {
  stack.signal?.throwIfAborted();
  const now = await exportState(stack);
  if (now.deployment === null) throw new Error(`Stack ${stack.name} has no state any more.`);
  // An update may have run since the plan was shown: what is done follows from the state as it is now, and nothing is
  // done that was not shown.
  const found = planRepair(now.deployment, options);
  const agreed = new Set(shown.map(keyOf));
  if (found.some((repair) => !agreed.has(keyOf(repair)))) {
    throw new Error(`the state of ${stack.name} has changed since it was looked at; run mesh repair again`);
  }
  // A refresh of something else, as after the mend of a release, drops updates and deletions from the list.
  const still = new Set(found.map(keyOf));
  const plan = [...found, ...shown.filter((one) => one.action === "refresh" && !still.has(keyOf(one)))];
  report("writing what is known into the state");
  const adopted = adopt(now.deployment, plan);
  await importState(stack, { ...now, deployment: adopted });
  const after = await settle(stack, plan, adopted, report, options.settleMs ?? SETTLE_MS);
  return new Map(plan.map((repair) => [keyOf(repair), outcome(repair, after)]));
}

/** Two looks at one state give the same key to the same repair. */
function keyOf(repair: PlannedRepair): string {
  return [repair.action, repair.resource.urn, repair.action === "adopt" ? repair.id : ""].join(" ");
}

/** Reads the resources from their providers until all have come to rest. */
async function settle(
  stack: RepairStack,
  plan: readonly PlannedRepair[],
  adopted: Deployment,
  report: (detail: string) => void,
  settleMs: number,
): Promise<Deployment> {
  const end = Date.now() + settleMs;
  const urns = [...new Set(plan.filter(isAsked).map(({ resource }) => resource.urn))];
  let deployment = adopted;
  for (;;) {
    // A refresh is refused for a target that an earlier one has dropped.
    const there = urns.filter((urn) =>
      deployment.resources?.some((one) => one.urn === urn && isCurrent(one)),
    );
    if (there.length === 0) return deployment;
    report("asking the providers what exists");
    const targets = there.flatMap((urn) => ["--target", urn]);
    try {
      await stack.pulumi(["refresh", "--yes", "--skip-preview", "--suppress-outputs", ...targets]);
    } catch (error) {
      // A read takes the mark away, also one of a refresh that failed later or was broken off.
      const left = await exportState(stack);
      await importState(stack, { ...left, deployment: finish(left.deployment ?? {}, plan, UNCONFIRMED) });
      throw error;
    }
    const refreshed = await exportState(stack);
    deployment = refreshed.deployment ?? {};
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
