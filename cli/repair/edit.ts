import { isCurrent, sameId, UNCONFIRMED, type PlannedRepair, type UNFINISHED } from "./plan";
import { at, type Deployment, type StateResource } from "./state";

/**
 * The state with every interrupted creation that may have happened in it, under its id and marked as unconfirmed,
 * and with no pending operation: a refresh of it then keeps what exists and drops the rest.
 *
 * `pulumi refresh --import-pending-creates` is made for this, but forgets the creation instead (CLI 3.220: nothing
 * reads the operation of type "importing" that it makes of it), and the next update fails on what exists.
 */
export function adopt(deployment: Deployment, plan: readonly PlannedRepair[]): Deployment {
  let resources = [...(deployment.resources ?? [])];
  for (const repair of plan) {
    if (repair.action !== "adopt" || resources.some((one) => isSame(one, repair))) continue;
    const made = { ...without(repair.resource, "outputs"), id: repair.id, initErrors: [UNCONFIRMED] };
    resources = place(resources, made);
  }
  return { ...without(deployment, "pending_operations"), resources };
}

/**
 * The state after the refresh, for the next update to finish what exists, by an initialization error, which forces an
 * update: what was being deleted may be half gone. What was being made gets the inputs that it was being made from,
 * since a provider reads back defaults that nobody asked for and that may look like a replacement.
 *
 * @param mark says whether all of it has come to rest, or a repair that is broken off now has to look again.
 */
export function finish(
  refreshed: Deployment,
  plan: readonly PlannedRepair[],
  mark: typeof UNCONFIRMED | typeof UNFINISHED,
): Deployment {
  const asked = new Map(
    plan
      .filter(isAsked)
      .map((repair) => [repair.resource.urn, repair.action === "adopt" ? repair.resource : undefined]),
  );
  const resources = (refreshed.resources ?? []).map((resource) => {
    if (!asked.has(resource.urn) || !isCurrent(resource)) return resource;
    const made = asked.get(resource.urn);
    return { ...resource, ...(made === undefined ? {} : { inputs: made.inputs ?? {} }), initErrors: [mark] };
  });
  return { ...refreshed, resources };
}

/** Whether it is in the state already. Put there once more, the engine would delete the one for the other. */
function isSame(one: StateResource, { resource, id }: { resource: StateResource; id: string }): boolean {
  return one.urn === resource.urn && isCurrent(one) && one.id !== undefined && sameId(one.id, id);
}

/** Whether its provider is asked what exists. */
export function isAsked({ action }: PlannedRepair): boolean {
  return action === "adopt" || action === "refresh";
}

function without<T extends object>(value: T, key: keyof T): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}

/** Puts a resource after everything that it needs and before what it replaces. */
function place(resources: readonly StateResource[], made: StateResource): StateResource[] {
  const needs = new Set([
    ...(made.dependencies ?? []),
    ...Object.values(made.propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
    ...(made.parent === undefined ? [] : [made.parent]),
    ...(made.deletedWith === undefined ? [] : [made.deletedWith]),
    ...(made.provider === undefined ? [] : [made.provider.split("::").slice(0, -1).join("::")]),
  ]);
  const after = resources.findLastIndex(({ urn }) => needs.has(urn)) + 1;
  const replaced = (old: StateResource): StateResource[] => {
    if (old.urn !== made.urn || old.delete === true) return [old];
    // Deleted first: only its place was kept. Else it stands until the new one does, as the engine has it.
    return old.pendingReplacement === true ? [] : [{ ...old, delete: true }];
  };
  return [...resources.slice(0, after).flatMap(replaced), made, ...resources.slice(after).flatMap(replaced)];
}

/** What a resource is still at, in a word, or undefined when it has come to rest. */
export function underWay(resource: StateResource): string | undefined {
  const state = at(resource.outputs, "provisioningState");
  if (typeof state === "string" && !/^(succeeded|failed|canceled)$/i.test(state)) return state;
  if (at(resource.outputs, "metadata", "deletionTimestamp") !== undefined) return "being deleted";
  if (resource.type !== "kubernetes:helm.sh/v3:Release") return undefined;
  const release = at(resource.outputs, "status", "status");
  return typeof release === "string" && /^(pending-|uninstalling$)/.test(release) ? release : undefined;
}
