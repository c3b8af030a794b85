/** An object whose shape nobody has checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object of a list, and where it stands. */
export interface Item {
  readonly setting: string;
  readonly value: Fields;
}

/** Whether a value is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a value is not known before the update: whoever reads resources of a preview puts a symbol in its place.
 * Rules say nothing of such a value; it is judged again when it is known.
 */
export function isUnknown(value: unknown): value is symbol {
  return typeof value === "symbol";
}

/** Whether nothing is said: the key is missing or null, as the API server sees it. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** The value under some keys; undefined where one is missing, the symbol where one is not known. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => {
    if (isUnknown(part)) return part;
    return isFields(part) ? part[key] : undefined;
  }, value);
}

/** The value as a list; empty where it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((entry) => typeof entry === "string");
}

/** The objects of a list with their places. */
export function items(setting: string, value: unknown): readonly Item[] {
  return list(value).flatMap((entry, index) =>
    isFields(entry) ? [{ setting: `${setting}[${index}]`, value: entry }] : [],
  );
}

/** Whether any part of a value is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isFields(value) && Object.values(value).some(hasUnknown);
}

/** Whether a pattern of a setting covers a name: the same text, or what begins with it where it ends in `*`. */
export function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
