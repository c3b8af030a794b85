import type { DiffKind, DiffResult } from "./provider";
import { isMap, own, sameValue } from "./values";
import type { Plain, PlainMap } from "./values";

/**
 * The changes between old and new inputs, to the depth where they differ.
 * @param replacing top-level properties whose change forces a replacement; "all" for every property
 */
export function diffInputs(
  olds: PlainMap,
  news: PlainMap,
  replacing: readonly string[] | "all" = [],
): DiffResult {
  const detailed: Record<string, DiffKind> = {};
  const replaces: string[] = [];
  for (const key of [...new Set([...Object.keys(olds), ...Object.keys(news)])].toSorted()) {
    const changes = compare(key, own(olds, key), own(news, key));
    const replace = replacing === "all" || replacing.includes(key);
    if (replace && changes.length > 0) replaces.push(key);
    for (const [path, kind] of changes) detailed[path] = replace ? `${kind}-replace` : kind;
  }
  return { changed: Object.keys(detailed).length > 0, replaces, detailed };
}

function compare(
  path: string,
  before: Plain | undefined,
  after: Plain | undefined,
): [string, "add" | "delete" | "update"][] {
  if (sameValue(before, after)) return [];
  if (before === undefined) return [[path, "add"]];
  if (after === undefined) return [[path, "delete"]];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => compare(join(path, key), own(before, key), own(after, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      compare(`${path}[${index}]`, before[index], after[index]),
    ).flat();
  }
  return [[path, "update"]];
}

/** A property path as the engine parses it: a key with dots or quotes goes into brackets. */
function join(path: string, key: string): string {
  return /^[A-Za-z_$][\w$-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
