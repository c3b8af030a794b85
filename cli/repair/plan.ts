import { subscriptionOf } from "./azure";
import type { Finding } from "./finding";
import { identify } from "./identify";
import { label, type Deployment, type PendingOperation, type StateResource } from "./state";

/** What the user says about creations whose id nobody can work out. */
export interface Answers {
  /** Id by URN. */
  readonly ids?: ReadonlyMap<string, string>;
  /** URNs of what was never made. */
  readonly cleared?: ReadonlySet<string>;
  /** Subscription of a state that names none. */
  readonly subscriptionId?: string | undefined;
}

/** What is to be done about one interrupted operation. */
export type PlannedRepair =
  /** A creation that may have happened: taken into the state under its id and read from its provider. */
  | {
      readonly action: "adopt";
      readonly resource: StateResource;
      readonly id: string;
      readonly finding: Finding;
    }
  /** A creation that left nothing outside, or that is in the state already: forgotten. */
  | { readonly action: "clear"; readonly resource: StateResource; readonly finding: Finding }
  /** An update or deletion: the resource is in the state, and is read from its provider. */
  | { readonly action: "refresh"; readonly resource: StateResource; readonly finding: Finding }
  /** A creation of which only the user can say what became of it. */
  | { readonly action: "ask"; readonly resource: StateResource; readonly finding: Finding };

/** Why a resource is in the state although nobody has yet looked whether it exists. */
export const UNCONFIRMED =
  "mesh repair: an operation on it was interrupted, and whether it exists was not yet asked";
/** Why the next update of a resource is forced. */
export const UNFINISHED = "mesh repair: an operation on it was interrupted; the next update finishes it";

/** What is to be done about the operations that were under way when the engine ended. Changes nothing. */
export function planRepair(deployment: Deployment, answers: Answers = {}): readonly PlannedRepair[] {
  // The stack's own comes first: a shell may be signed in to another one, where nothing of this stack is found.
  const subscription = subscriptionOf(deployment) ?? answers.subscriptionId;
  const resources = deployment.resources ?? [];
  const unconfirmed = resources.filter(({ initErrors }) => initErrors?.includes(UNCONFIRMED) === true);
  return [
    ...latest(deployment.pending_operations ?? []).map((operation) =>
      operation.type === "creating"
        ? planCreation(operation.resource, resources, subscription, answers)
        : planOther(operation, resources),
    ),
    ...unconfirmed.map((resource): PlannedRepair => ({
      action: "adopt",
      resource,
      id: resource.id ?? "",
      finding: {
        kind: "unconfirmed-create",
        what: named(resource, resource.id),
        cause: "an earlier repair was broken off before it knew whether this exists",
        fix: "ask its provider: keep it in the state if it exists, for the next update to finish; forget it if not",
      },
    })),
  ];
}

function planCreation(
  resource: StateResource,
  resources: readonly StateResource[],
  subscription: string | undefined,
  answers: Answers,
): PlannedRepair {
  const begun = `pulumi was ended while creating it${since(resource)}`;
  const finding = (what: string, cause: string, fix: string): Finding => ({
    kind: "pending-create",
    what,
    cause,
    fix,
  });
  const said = answers.ids?.get(resource.urn);
  const outside = said === undefined ? identify(resource, subscription) : { kind: "id" as const, id: said };
  const id = outside.kind === "id" ? outside.id : undefined;
  const what = named(resource, id);
  if (answers.cleared?.has(resource.urn) === true) {
    return { action: "clear", resource, finding: finding(what, begun, "forget it, as you said") };
  }
  if (outside.kind === "none") {
    const fix = "forget it: nothing outside the state can be left of it, and the next update makes it";
    return { action: "clear", resource, finding: finding(what, begun, fix) };
  }
  if (outside.kind === "unknown") {
    const fix = `say --id '${resource.urn}=<id>' if it exists, or --clear '${resource.urn}' if it does not`;
    return {
      action: "ask",
      resource,
      finding: finding(what, `${begun}; ${outside.why}`, fix),
    };
  }
  const standing = resources.find((one) => one.urn === resource.urn && isCurrent(one));
  if (standing?.id !== undefined && sameId(standing.id, outside.id)) {
    const fix = "forget it: a later update made it, and it is in the state";
    return { action: "clear", resource, finding: finding(what, begun, fix) };
  }
  const fix =
    "ask its provider: take it into the state if it exists, for the next update to finish; forget it if not";
  return { action: "adopt", resource, id: outside.id, finding: finding(what, begun, fix) };
}

function planOther(operation: PendingOperation, resources: readonly StateResource[]): PlannedRepair {
  const { resource, type } = operation;
  const finding: Finding = {
    kind: `pending-${type.replace(/ing$/, "e").replace(/^(read|import)e$/, "$1")}`,
    what: named(resource, resource.id),
    cause: `pulumi was ended while ${type} it${since(resource)}`,
    fix: "ask its provider what stands, for the next update to make it whole; out of the state if it is gone",
  };
  const known = resource.custom && resources.some((one) => one.urn === resource.urn);
  if (known && !resource.type.startsWith("pulumi:")) return { action: "refresh", resource, finding };
  return {
    action: "clear",
    resource,
    finding: { ...finding, fix: "forget it: the next update does it again" },
  };
}

/** One operation for each resource: an unresolved creation is carried along beside that of a later attempt. */
function latest(operations: readonly PendingOperation[]): PendingOperation[] {
  const byUrn = new Map(
    operations.map((operation) => [`${operation.resource.urn} ${operation.type}`, operation]),
  );
  return [...byUrn.values()];
}

/** Neither replaced nor gone: what stands under a URN. */
export function isCurrent(resource: StateResource): boolean {
  return resource.delete !== true && resource.pendingReplacement !== true;
}

/** Azure gives ids back in another case than it takes them. */
export function sameId(one: string, other: string): boolean {
  return one.startsWith("/") ? one.toLowerCase() === other.toLowerCase() : one === other;
}

function named(resource: StateResource, id: string | undefined): string {
  return id === undefined || id === "" ? label(resource) : `${label(resource)} (${id})`;
}

function since(resource: StateResource): string {
  const time = resource.modified ?? resource.created;
  return time === undefined ? "" : `, last noted at ${time}`;
}
