import { z } from "zod";
import { docOf, type SettingDoc } from "./document";
import type { Path } from "./faults";

/** A schema without the wrappers that only add a default or make it optional. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return schema;
}

/** The alternatives of a schema; itself where there is only one. */
export function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const plain = unwrap(schema);
  return plain instanceof z.ZodUnion ? plain.options.flatMap(alternatives) : [plain];
}

/** The named parts of the object among the alternatives of a schema; none where there is no object. */
export function partsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const object = alternatives(schema).find((alternative) => alternative instanceof z.ZodObject);
  return object?.shape ?? {};
}

/** The schema of each value of the map among the alternatives of a schema. */
export function mapValueOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const map = alternatives(schema).find((alternative) => alternative instanceof z.ZodRecord);
  return map?.valueType;
}

/** The schema of each element of the list among the alternatives of a schema. */
function elementOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const list = alternatives(schema).find((alternative) => alternative instanceof z.ZodArray);
  return list?.element;
}

/** The schema of one part of a value. */
function child(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  const parts = partsOf(schema);
  return Object.hasOwn(parts, part) ? parts[String(part)] : (mapValueOf(schema) ?? elementOf(schema));
}

/** The schema of the part at a path, or undefined where the path leads nowhere. */
export function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(
    (current, part) => (current === undefined ? undefined : child(current, part)),
    schema,
  );
}

/** What a schema takes, as far as it tells how a wrong value may be put right. */
export interface Kinds {
  /** Texts of a closed choice. */
  readonly choices: readonly string[];
  /** Forms that a number or a boolean has as text. */
  readonly scalars: readonly RegExp[];
  readonly list: boolean;
  readonly default: unknown;
}

/** What a schema takes. */
export function kindsOf(schema: z.core.$ZodType): Kinds {
  const kinds = alternatives(schema);
  return {
    choices: kinds.flatMap((kind) =>
      kind instanceof z.ZodEnum || kind instanceof z.ZodLiteral
        ? [...(kind instanceof z.ZodEnum ? kind.options : kind.values)].map(String)
        : [],
    ),
    scalars: kinds.flatMap((kind) => {
      if (kind instanceof z.ZodNumber) return [/^-?\d+$/];
      return kind instanceof z.ZodBoolean ? [/^(true|false)$/] : [];
    }),
    list: kinds.length === 1 && kinds[0] instanceof z.ZodArray,
    default:
      schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined,
  };
}

/** The documentation that stands nearest to a path: of the part itself or of what it is a part of. */
export function docAt(schema: z.core.$ZodType, path: Path): SettingDoc | undefined {
  const [part, ...rest] = path;
  const own = docOf(schema);
  if (part === undefined) return own;
  const next = child(schema, part);
  return (next === undefined ? undefined : docAt(next, rest)) ?? own;
}

/** The names that an object at a path knows. */
export function namesAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const [part, ...rest] = path;
  if (part === undefined) return Object.keys(partsOf(schema));
  const next = child(schema, part);
  return next === undefined ? [] : namesAt(next, rest);
}

/** The texts of a list, each with its place; whatever else stands in it is the schema's to refuse. */
export function textsOf(value: unknown): readonly (readonly [index: number, text: string])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((element: unknown, index) => (typeof element === "string" ? [[index, element]] : []));
}

/** The value at a path, or undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, part) =>
      typeof current === "object" && current !== null && Object.hasOwn(current, part)
        ? (current as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}
