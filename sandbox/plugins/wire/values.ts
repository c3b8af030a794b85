/** What an unknown value of a preview is on the wire; the engine writes one mark per type of value. */
const UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The type of {@link UNKNOWN}: a value that only a real update will know. */
export class Unknown {
  /** As JSON an unknown is the engine's mark, so that two inputs can be compared by their JSON. */
  toJSON(): string {
    return UNKNOWN_MARK;
  }
}

/** The one unknown value. */
export const UNKNOWN = new Unknown();

/**
 * A value that the engine must encrypt. Handlers never get one; they may return one for an output that is
 * secret although no input was.
 */
export class Secret {
  constructor(readonly value: Value) {}

  /** No accidental print of a secret. */
  toJSON(): string {
    return "[secret]";
  }
}

/** An asset, an archive or a resource reference: passed through as it came, never looked into. */
export class Opaque {
  constructor(
    readonly kind: "asset" | "archive" | "resource",
    readonly wire: Readonly<Record<string, unknown>>,
  ) {}

  /** As JSON it is what came over the wire, so that two inputs can be compared by their JSON. */
  toJSON(): Readonly<Record<string, unknown>> {
    return this.wire;
  }
}

/** A value as handlers see it: no secrets, unknowns as {@link UNKNOWN}. */
export type Plain = null | boolean | number | string | Unknown | Opaque | Plain[] | PlainMap;

/** Properties as handlers see them. */
export interface PlainMap {
  [key: string]: Plain;
}

/** A value as handlers may return it: a part may be a {@link Secret}; `undefined` means absent. */
export type Value = null | boolean | number | string | Unknown | Opaque | Secret | Value[] | ValueMap;

/** Properties as handlers may return them. */
export interface ValueMap {
  [key: string]: Value | undefined;
}

/** Whether this very value is unknown. */
export function isUnknown(value: Value | undefined): value is Unknown {
  return value instanceof Unknown;
}

/** Whether this is a map of properties, and not a list, a mark or a scalar. */
export function isMap(value: Plain | undefined): value is PlainMap;
export function isMap(value: Value | undefined): value is ValueMap;
export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret || value instanceof Unknown || value instanceof Opaque)
  );
}

/** Whether an unknown is anywhere in it, secrets included. */
export function containsUnknown(value: Value | undefined): boolean {
  return some(value, isUnknown);
}

/** Whether a secret is anywhere in it. */
export function containsSecret(value: Value | undefined): boolean {
  return some(value, (part) => part instanceof Secret);
}

function some(value: Value | undefined, test: (part: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isMap(value) && Object.values(value).some((item) => some(item, test));
}

/** The value without its secret marks, at every depth, and without `undefined` members. */
export function reveal(value: ValueMap): PlainMap;
export function reveal(value: Value): Plain;
export function reveal(value: Value): Plain {
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map((item) => reveal(item));
  if (isMap(value)) return mapEntries(value, (item) => reveal(item));
  return value;
}

/** A map of the same keys; `undefined` members fall away. Safe for a key such as `__proto__`. */
export function mapEntries<T>(value: ValueMap, change: (item: Value, key: string) => T): Record<string, T> {
  const entries: [string, T][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) entries.push([key, change(item, key)]);
  }
  return Object.fromEntries(entries);
}

/** Deep equality of two values; secret marks count as nothing, an unknown equals an unknown. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (left instanceof Secret) return sameValue(left.value, right);
  if (right instanceof Secret) return sameValue(left, right.value);
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameValue(item, right[index]))
    );
  }
  if (isMap(left)) {
    if (!isMap(right)) return false;
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => sameValue(own(left, key), own(right, key)));
  }
  if (left instanceof Opaque) return right instanceof Opaque && sameOpaque(left, right);
  return left === right;
}

function sameOpaque(left: Opaque, right: Opaque): boolean {
  // The engine leaves the content of an asset out of old state: the hash is what identifies it.
  const [leftHash, rightHash] = [left.wire.hash, right.wire.hash];
  if (typeof leftHash === "string" && leftHash !== "") return leftHash === rightHash;
  return JSON.stringify(left.wire) === JSON.stringify(right.wire);
}

/** The member of that name, unless it is one that every object inherits. */
export function own<T>(value: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
