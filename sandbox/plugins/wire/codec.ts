import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isMap, mapEntries, Opaque, reveal, Secret, UNKNOWN, Unknown } from "./values";
import type { Value, ValueMap } from "./values";

/** The key under which the engine says what kind of special value an object is. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** The engine's unknowns: string, boolean, number, array, asset, archive, object. All of them are unknown. */
const UNKNOWNS: ReadonlySet<string> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** What came over the wire, as a value with its secrets and unknowns marked. */
export function fromWire(wire: unknown): Value {
  if (typeof wire === "string") return UNKNOWNS.has(wire) ? UNKNOWN : wire;
  if (wire === null || typeof wire === "boolean" || typeof wire === "number") return wire;
  if (Array.isArray(wire)) return wire.map((item) => fromWire(item));
  if (typeof wire !== "object") throw new TypeError(`a ${typeof wire} cannot come over the wire`);
  const members = wire as Record<string, unknown>;
  switch (members[SIGNATURE]) {
    case SECRET:
      // Secrets inside a secret add nothing; flat, they encode to one mark again.
      return new Secret(reveal(fromWire(members.value ?? null)));
    case OUTPUT: {
      const value = members.value === undefined ? UNKNOWN : fromWire(members.value);
      return members.secret === true ? new Secret(reveal(value)) : value;
    }
    case ASSET:
      return new Opaque("asset", members);
    case ARCHIVE:
      return new Opaque("archive", members);
    case RESOURCE:
      return new Opaque("resource", members);
    default:
      return Object.fromEntries(Object.entries(members).map(([key, item]) => [key, fromWire(item)]));
  }
}

/** A value as it goes over the wire. */
export function toWire(value: Value): JavaScriptValue {
  if (value instanceof Unknown) return value.toJSON();
  if (value instanceof Secret) {
    return { [SIGNATURE]: SECRET, value: toWire(reveal(value.value)) };
  }
  if (value instanceof Opaque) return value.wire as { [key: string]: JavaScriptValue };
  if (Array.isArray(value)) return value.map((item) => toWire(item));
  return isMap(value) ? mapEntries(value, (item) => toWire(item)) : value;
}

/** The properties in a message; none sent is an empty map. */
export function decode(struct: Struct | undefined): ValueMap {
  return struct === undefined ? {} : (fromWire(struct.toJavaScript()) as ValueMap);
}

/** The properties as a message. */
export function encode(properties: ValueMap): Struct {
  return Struct.fromJavaScript(toWire(toValue(properties)) as { [key: string]: JavaScriptValue });
}

/**
 * Data of unknown type as a value, checked: `undefined` members fall away, anything else that is not JSON is
 * refused by its path. `Struct.fromJavaScript` alone throws on `undefined` and names nothing.
 */
export function toValue(data: unknown, path = "properties"): Value {
  if (data === null || typeof data === "boolean" || typeof data === "string") return data;
  if (data instanceof Unknown || data instanceof Opaque) return data;
  if (data instanceof Secret) return new Secret(toValue(data.value, path));
  if (typeof data === "number") {
    if (Number.isFinite(data)) return data;
    throw new TypeError(`${path} is ${String(data)}: only finite numbers can be kept in state`);
  }
  if (Array.isArray(data)) {
    return data.map((item: unknown, index) => toValue(item ?? null, `${path}[${index}]`));
  }
  if (typeof data === "object" && isPlainObject(data)) {
    const kept = Object.entries(data).filter(([, item]) => item !== undefined);
    return Object.fromEntries(kept.map(([key, item]) => [key, toValue(item, `${path}.${key}`)]));
  }
  throw new TypeError(`${path} is a ${kindOf(data)}: only JSON can be kept in state`);
}

function isPlainObject(data: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || prototype === Object.prototype;
}

function kindOf(data: unknown): string {
  return typeof data === "object" && data !== null ? data.constructor.name : typeof data;
}
