import { own, type Plain, type PlainMap } from "../wire";
import { asMap, asText, metadataOf } from "./plain";

/** Who creates objects: the official plugin's fixed name, so that its rule of taking over holds here too. */
export const CREATOR = "pulumi-kubernetes";

/** Managers whose fields an update takes over: our own creation, and the oldest kubectl. */
const TAKEN_OVER: readonly { readonly manager: string; readonly operation: string }[] = [
  { manager: CREATOR, operation: "Update" },
  { manager: "kubectl", operation: "Apply" },
  { manager: "kubectl", operation: "Update" },
  { manager: "before-first-apply", operation: "Update" },
];

/**
 * The managedFields of a live object after its creator's fields went to the manager of its updates; undefined
 * when there is nothing to move. Without this an update could never remove a field of the creation.
 */
export function takeOver(live: PlainMap, manager: string): Plain[] | undefined {
  const entries = managedFields(live);
  const moved = entries.filter(isTakenOver);
  if (moved.length === 0) return undefined;
  const ours = entries.filter((entry) => isApplyOf(entry, manager));
  const rest = entries.filter((entry) => !isTakenOver(entry) && !isApplyOf(entry, manager));
  const fieldsV1 = [...ours, ...moved].map((entry) => asMap(own(entry, "fieldsV1"))).reduce(union, {});
  const latest = moved[0] ?? {};
  return [
    ...rest,
    {
      manager,
      operation: "Apply",
      apiVersion: own(latest, "apiVersion") ?? null,
      time: own(latest, "time") ?? null,
      fieldsType: "FieldsV1",
      fieldsV1,
    },
  ];
}

/** Whether an apply in a preview must be forced: the fields' owner is one that the update itself takes over. */
export function needsForceInPreview(live: PlainMap): boolean {
  return managedFields(live).some(
    (entry) => asText(own(entry, "manager")) === CREATOR && own(entry, "operation") === "Update",
  );
}

/** Whether nobody owns anything: an object older than server-side apply. */
export function isUnmanaged(live: PlainMap): boolean {
  return managedFields(live).length === 0;
}

function managedFields(live: PlainMap): PlainMap[] {
  const entries = own(metadataOf(live), "managedFields");
  return Array.isArray(entries) ? entries.map(asMap) : [];
}

function isTakenOver(entry: PlainMap): boolean {
  return TAKEN_OVER.some(
    ({ manager, operation }) => own(entry, "manager") === manager && own(entry, "operation") === operation,
  );
}

function isApplyOf(entry: PlainMap, manager: string): boolean {
  return (
    own(entry, "manager") === manager &&
    own(entry, "operation") === "Apply" &&
    asText(own(entry, "subresource")) === ""
  );
}

// A set of fields is a tree of maps; its leaves are empty maps.
function union(left: PlainMap, right: PlainMap): PlainMap {
  const merged = { ...left };
  for (const [key, value] of Object.entries(right)) {
    merged[key] = union(asMap(own(merged, key)), asMap(value));
  }
  return merged;
}
