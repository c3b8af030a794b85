/** A value inside a JSON value, with the keys that lead to it; those of a list are its indices. */
export interface Leaf {
  readonly value: unknown;
  readonly path: readonly string[];
}

/**
 * Copies a JSON value with every leaf mapped.
 *
 * @param isLeaf says which objects are leaves too. @default none
 */
export function mapLeaves(
  value: unknown,
  map: (leaf: Leaf) => unknown,
  isLeaf: (value: unknown) => boolean = () => false,
  path: readonly string[] = [],
): unknown {
  if (isLeaf(value) || typeof value !== "object" || value === null) return map({ value, path });
  if (Array.isArray(value)) {
    return value.map((item, index) => mapLeaves(item, map, isLeaf, [...path, String(index)]));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapLeaves(item, map, isLeaf, [...path, key])]),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
