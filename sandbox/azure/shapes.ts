/**
 * A small language for the bodies of ARM resources. One table per type is read by two sides: the ARM stand-in, which
 * checks and completes bodies, and the azure-native stand-in, which checks inputs and maps them to bodies.
 */

/** Plain JSON, as it travels over HTTP and rests on disk. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

interface Common {
  /** The service refuses a body without it. */
  readonly required?: true;
  /** Written by the service only: ignored in a body, no input of the SDK. */
  readonly readOnly?: true;
  /** The service refuses to change it (`PropertyChangeNotAllowed`). */
  readonly fixed?: true;
  /** The azure-native provider plans a replacement when it changes. */
  readonly replaces?: true;
}

/** What a value may be. */
export type Shape = Common &
  (
    | { readonly kind: "text"; readonly allowed?: readonly string[]; readonly pattern?: RegExp }
    | { readonly kind: "flag" }
    | { readonly kind: "number"; readonly min?: number; readonly max?: number; readonly fraction?: true }
    | { readonly kind: "list"; readonly of: Shape }
    | { readonly kind: "map"; readonly of: Shape }
    /** A set of strings: an object with empty values in ARM, a list in the SDK. */
    | { readonly kind: "keys" }
    /** `envelope` names the fields that ARM nests under `properties` and the SDK keeps flat. */
    | { readonly kind: "object"; readonly fields: Fields; readonly envelope?: readonly string[] }
  );
export type Fields = Readonly<Record<string, Shape>>;

export const text = (...allowed: string[]): Shape =>
  allowed.length > 0 ? { kind: "text", allowed } : { kind: "text" };
export const matching = (pattern: RegExp): Shape => ({ kind: "text", pattern });
export const flag: Shape = { kind: "flag" };
export const whole = (min?: number, max?: number): Shape => ({
  kind: "number",
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const decimal: Shape = { kind: "number", fraction: true };
export const list = (of: Shape): Shape => ({ kind: "list", of });
export const map = (of: Shape): Shape => ({ kind: "map", of });
export const keys: Shape = { kind: "keys" };
export const object = (fields: Fields, envelope?: readonly string[]): Shape =>
  envelope ? { kind: "object", fields, envelope } : { kind: "object", fields };
export const required = (shape: Shape): Shape => ({ ...shape, required: true });
export const readOnly = (shape: Shape): Shape => ({ ...shape, readOnly: true });
export const fixed = (shape: Shape): Shape => ({ ...shape, fixed: true });
export const replaces = (shape: Shape): Shape => ({ ...shape, replaces: true });
/** What the SDK and the service both treat as part of the identity. */
export const forever = (shape: Shape): Shape => fixed(replaces(shape));

/** A reference to another resource by its id. */
export const reference: Shape = object({ id: required(text()) });
export const tags: Shape = map(text());

/** One thing that is wrong with a value. */
export interface Fault {
  /** Where, e.g. `properties.addressSpace.addressPrefixes[0]`. */
  readonly path: string;
  readonly reason: string;
  readonly kind: "unknown" | "missing" | "invalid";
}

export interface CheckOptions {
  /** Whether `keys` are lists and envelopes are flat, as in the SDK. @default false */
  readonly sdk?: boolean;
  /** Values that are accepted whatever the shape says, e.g. unknowns of a preview. */
  readonly skip?: (value: unknown) => boolean;
}

/** Every fault of `value` against `fields`, with nested paths. Null counts as absent, as it does for ARM. */
export function checkFields(fields: Fields, value: unknown, at: string, options: CheckOptions = {}): Fault[] {
  if (!isObject(value)) return [invalid(at, value, "an object")];
  const faults: Fault[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const path = at === "" ? name : `${at}.${name}`;
    const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (inner === undefined || inner === null) continue;
    if (!shape)
      faults.push({
        path,
        kind: "unknown",
        reason: `'${path}' is not a known property${nearest(fields, name)}`,
      });
    else if (!shape.readOnly) faults.push(...check(shape, inner, path, options));
  }
  for (const [name, shape] of Object.entries(fields)) {
    if (!shape.required || (value[name] ?? undefined) !== undefined) continue;
    const path = at === "" ? name : `${at}.${name}`;
    faults.push({ path, kind: "missing", reason: `missing required property '${path}'` });
  }
  return faults;
}

/** Every fault of one value. */
export function check(shape: Shape, value: unknown, at: string, options: CheckOptions = {}): Fault[] {
  if (options.skip?.(value)) return [];
  switch (shape.kind) {
    case "text":
      if (typeof value !== "string") return [invalid(at, value, "a string")];
      // Azure compares enumerations without regard to case.
      if (shape.allowed && !shape.allowed.some((one) => one.toLowerCase() === value.toLowerCase()))
        return [invalid(at, value, `one of ${shape.allowed.join(", ")}`)];
      return !shape.pattern || shape.pattern.test(value)
        ? []
        : [invalid(at, value, `a string like ${shape.pattern.source}`)];
    case "flag":
      return typeof value === "boolean" ? [] : [invalid(at, value, "true or false")];
    case "number":
      if (typeof value !== "number" || !(shape.fraction || Number.isInteger(value)))
        return [invalid(at, value, shape.fraction ? "a number" : "a whole number")];
      return value < (shape.min ?? -Infinity) || value > (shape.max ?? Infinity)
        ? [invalid(at, value, `from ${shape.min ?? "any"} to ${shape.max ?? "any"}`)]
        : [];
    case "list":
      if (!Array.isArray(value)) return [invalid(at, value, "a list")];
      return value.flatMap((item, index) => check(shape.of, item, `${at}[${index}]`, options));
    case "map":
      if (!isObject(value)) return [invalid(at, value, "an object")];
      return Object.entries(value).flatMap(([key, item]) =>
        item === undefined || item === null ? [] : check(shape.of, item, `${at}.${key}`, options),
      );
    case "keys":
      if (options.sdk) return check(list(text()), value, at, options);
      return isObject(value) ? [] : [invalid(at, value, "an object")];
    case "object":
      if (shape.envelope && !options.sdk)
        return checkFields(inEnvelope(shape.fields, shape.envelope), value, at, options);
      return checkFields(shape.fields, value, at, options);
  }
}

/** The fields as ARM nests them. */
function inEnvelope(fields: Fields, envelope: readonly string[]): Fields {
  const outer = Object.entries(fields).filter(([name]) => !envelope.includes(name));
  const inner = Object.entries(fields).filter(([name]) => envelope.includes(name));
  return { ...Object.fromEntries(outer), properties: object(Object.fromEntries(inner)) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, value: unknown, wanted: string): Fault {
  return { path, kind: "invalid", reason: `'${path}' is ${shown(value)}, it must be ${wanted}` };
}

/** Only scalars are repeated: a whole object in an error is noise, and may hold a secret. */
function shown(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : `of type ${typeof value}`;
}

function nearest(fields: Fields, name: string): string {
  const close = Object.keys(fields).find((known) => known.toLowerCase() === name.toLowerCase());
  return close ? `; did you mean '${close}'?` : "";
}
