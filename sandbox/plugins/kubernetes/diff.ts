import {
  isMap,
  isUnknown,
  own,
  sameValue,
  type DiffKind,
  type DiffResult,
  type Plain,
  type PlainMap,
} from "../wire";
import type { ObjectType } from "./kinds";
import { isAutonamed, isNamed } from "./naming";
import { normalizeInputs, prune } from "./normalize";
import { asMap, asText, metadataOf } from "./plain";
import { contains, formatPath, parsePath, type Step } from "./paths";

/** What the provider's configuration says about changes. */
export interface Mutability {
  readonly enableSecretMutable: boolean;
  readonly enableConfigMapMutable: boolean;
}

interface Change {
  readonly path: readonly Step[];
  readonly kind: "add" | "delete" | "update";
}

/**
 * Compares what stands in the cluster, as far as the old inputs spoke of it, with the new inputs.
 * @param oldOutputs the live object of the last update or refresh
 */
export function diffObject(
  type: ObjectType,
  o: { oldInputs: PlainMap; oldOutputs: PlainMap; news: PlainMap; ignoreChanges: readonly string[] },
  mutability: Mutability,
): DiffResult {
  const old = withScope(type, o.oldOutputs, asMap(prune(o.oldOutputs, normalizeInputs(type, o.oldInputs))));
  const news = withScope(type, o.oldOutputs, normalizeInputs(type, o.news));
  // The name counts even where the old inputs had none.
  const before = { ...old, metadata: { ...metadataOf(old), name: metadataOf(o.oldOutputs).name ?? null } };
  const result = diffAgainst(before, news, immutableFields(type, news, mutability), o.ignoreChanges);
  return { ...result, deleteBeforeReplace: result.replaces.length > 0 && keepsItsName(before, news) };
}

/** The differences of two values, with those that a replacement must make. */
export function diffAgainst(
  before: PlainMap,
  news: PlainMap,
  immutable: readonly string[],
  ignoreChanges: readonly string[],
): DiffResult {
  const ignored = ignoreChanges.map(parsePath);
  const fixed = immutable.map(parsePath);
  const detailed: Record<string, DiffKind> = {};
  const replaces: string[] = [];
  for (const change of compare([], before, news)) {
    if (ignored.some((path) => contains(path, change.path))) continue;
    const path = formatPath(change.path);
    const replace = fixed.some((field) => touches(change, field, news));
    detailed[path] = replace ? `${change.kind}-replace` : change.kind;
    if (replace) replaces.push(path);
  }
  return { changed: Object.keys(detailed).length > 0, replaces, detailed };
}

/** The fields of a kind that no update can change. */
export function immutableFields(type: ObjectType, inputs: PlainMap, mutability: Mutability): string[] {
  const identity = ["metadata.name", "metadata.namespace"];
  if (!type.builtin) return identity;
  const frozen = own(inputs, "immutable") === true;
  switch (type.kind) {
    case "Secret":
      return mutability.enableSecretMutable && !frozen
        ? [...identity, "type"]
        : [...identity, "type", "stringData", "data"];
    case "ConfigMap":
      return mutability.enableConfigMapMutable && !frozen ? identity : [...identity, "binaryData", "data"];
    case "RoleBinding":
    case "ClusterRoleBinding":
      return [...identity, "roleRef"];
    default:
      return identity;
  }
}

// A namespaced object without a namespace is in "default"; a cluster-scoped one has none, whatever was said.
function withScope(type: ObjectType, live: PlainMap, object: PlainMap): PlainMap {
  const metadata = metadataOf(object);
  const { namespace, ...rest } = metadata;
  const namespaced = type.namespaced ?? own(metadataOf(live), "namespace") !== undefined;
  if (!namespaced) return { ...object, metadata: rest };
  return { ...object, metadata: { ...rest, namespace: namespace ?? "default" } };
}

// Two objects cannot have one name: the old one must go before the new one is made.
function keepsItsName(before: PlainMap, news: PlainMap): boolean {
  const [old, now] = [metadataOf(before), metadataOf(news)];
  return (
    isNamed(news) &&
    !isAutonamed(news) &&
    asText(now.name) === asText(old.name) &&
    asText(now.namespace) === asText(old.namespace)
  );
}

function touches(change: Change, field: readonly Step[], news: PlainMap): boolean {
  if (contains(field, change.path)) return true;
  // A whole branch that was added or changed reaches the field if the field is in it.
  return change.kind !== "delete" && contains(change.path, field) && at(news, field) !== undefined;
}

function at(value: Plain | undefined, path: readonly Step[]): Plain | undefined {
  return path.reduce<Plain | undefined>((item, step) => own(asMap(item), String(step)), value);
}

function compare(path: readonly Step[], before: Plain | undefined, after: Plain | undefined): Change[] {
  if (sameValue(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (isUnknown(after)) return [{ path, kind: "update" }];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => compare([...path, key], own(before, key), own(after, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      compare([...path, index], before[index], after[index]),
    ).flat();
  }
  return [{ path, kind: "update" }];
}
