/** Between the flat shape of the SDK and the bodies of ARM. */
import { isMap, isUnknown, UNKNOWN, type Plain, type PlainMap } from "../wire";
import type { ArmResource, Fields, Json, JsonObject, Shape } from "../../arm";
import type { Token } from "./tokens";

/** A few ARM names have hyphens; the SDK's never do. */
export const sdkName = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Everything beside the path that a type has, by SDK name. */
export function sdkFields(token: Token): Fields {
  return renamed({ ...token.arm.top, ...token.arm.properties });
}

function renamed(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, shape]) => [sdkName(name), renamedShape(shape)]),
  );
}
function renamedShape(shape: Shape): Shape {
  if (shape.kind === "object") return { ...shape, fields: renamed(shape.fields) };
  if (shape.kind === "list" || shape.kind === "map") return { ...shape, of: renamedShape(shape.of) };
  return shape;
}

/** The body of a PUT. */
export function toBody(token: Token, inputs: PlainMap): JsonObject {
  const top = toArm(token.arm.top, inputs);
  const properties = toArm(token.arm.properties, inputs);
  return { ...top, ...(Object.keys(properties).length > 0 ? { properties } : {}) };
}

function toArm(fields: Fields, value: PlainMap): JsonObject {
  const result: JsonObject = {};
  for (const [name, shape] of Object.entries(fields)) {
    const inner = value[sdkName(name)];
    if (inner !== undefined && inner !== null && !shape.readOnly) result[name] = toArmValue(shape, inner);
  }
  return result;
}
function toArmValue(shape: Shape, value: Plain): Json {
  if (shape.kind === "keys" && Array.isArray(value))
    return Object.fromEntries(value.flatMap((key) => (typeof key === "string" ? [[key, {}]] : [])));
  if (shape.kind === "list" && Array.isArray(value)) return value.map((item) => toArmValue(shape.of, item));
  if (shape.kind === "map" && isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toArmValue(shape.of, item)]));
  if (shape.kind === "object" && isMap(value)) {
    const flat = toArm(shape.fields, value);
    const { envelope } = shape;
    if (!envelope) return flat;
    const [inner, outer] = split(flat, (name) => envelope.includes(name));
    return { ...outer, properties: inner };
  }
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** The outputs that the SDK sees of a resource. */
export function toOutputs(token: Token, resource: ArmResource): PlainMap {
  const { properties, ...top } = resource;
  return {
    ...fromArm(token.arm.properties, properties),
    ...without(fromArm(token.arm.top, { ...top }), "id"),
    azureApiVersion: token.apiVersion,
  };
}

function fromArm(fields: Fields, value: JsonObject): PlainMap {
  const result: PlainMap = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== null) result[sdkName(name)] = fromArmValue(fields[name], inner);
  }
  return result;
}
function fromArmValue(shape: Shape | undefined, value: Json): Plain {
  if (Array.isArray(value))
    return value.map((item) => fromArmValue(shape?.kind === "list" ? shape.of : undefined, item));
  if (typeof value !== "object" || value === null) return value;
  const nested = value["properties"];
  const flat =
    shape?.kind === "object" && (shape.envelope !== undefined || Object.keys(shape.fields).length === 0);
  if (flat && typeof nested === "object" && nested !== null && !Array.isArray(nested)) {
    return fromArm(shape.fields, { ...without(value, "properties"), ...nested });
  }
  const of = shape?.kind === "map" ? shape.of : undefined;
  if (of)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromArmValue(of, item)]));
  return fromArm(shape?.kind === "object" ? shape.fields : {}, value);
}

/** Outputs in the shape of inputs: without what only the service writes. */
export function toInputs(fields: Fields, outputs: PlainMap): PlainMap {
  const result: PlainMap = {};
  for (const [name, shape] of Object.entries(fields)) {
    const value = outputs[name];
    if (value !== undefined && value !== null && !shape.readOnly) result[name] = toInputValue(shape, value);
  }
  return result;
}
function toInputValue(shape: Shape, value: Plain): Plain {
  if (shape.kind === "keys") return isMap(value) ? Object.keys(value).toSorted() : value;
  if (shape.kind === "object" && isMap(value)) return toInputs(shape.fields, value);
  if (shape.kind === "list" && Array.isArray(value)) return value.map((item) => toInputValue(shape.of, item));
  if (shape.kind === "map" && isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toInputValue(shape.of, item)]),
    );
  return value;
}

/** What a preview can say: inputs as they are, everything that the service may write unknown. */
export function previewOutputs(token: Token, inputs: PlainMap): PlainMap {
  return {
    ...previewFields(sdkFields(token), inputs),
    name: UNKNOWN,
    type: UNKNOWN,
    ...(token.token.startsWith("azure-native:network:") ? { etag: UNKNOWN } : {}),
    azureApiVersion: token.apiVersion,
  };
}

function previewFields(fields: Fields, inputs: PlainMap): PlainMap {
  const entries = Object.entries(fields).map(([name, shape]): [string, Plain] => {
    const value = inputs[name];
    return [name, value === undefined || value === null ? UNKNOWN : previewValue(shape, value)];
  });
  return Object.fromEntries(entries);
}
function previewValue(shape: Shape, value: Plain): Plain {
  if (isUnknown(value) || shape.kind === "keys") return UNKNOWN;
  if (shape.kind === "object" && isMap(value)) return previewFields(shape.fields, value);
  if (shape.kind === "list" && Array.isArray(value)) return value.map((item) => previewValue(shape.of, item));
  if (shape.kind === "map" && isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, previewValue(shape.of, item)]),
    );
  return value;
}

function split(value: JsonObject, test: (name: string) => boolean): [JsonObject, JsonObject] {
  const entries = Object.entries(value);
  return [
    Object.fromEntries(entries.filter(([name]) => test(name))),
    Object.fromEntries(entries.filter(([name]) => !test(name))),
  ];
}

function without<T>(value: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
