import type { KubeObject } from "../../kube";
import { isMap, own, type Plain, type PlainMap } from "../wire";

/** The value as a map; anything else is an empty one. */
export function asMap(value: Plain | undefined): PlainMap {
  return isMap(value) ? value : {};
}

/** The value as a text; anything else is an empty one. */
export function asText(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The metadata of inputs or of a live object. */
export function metadataOf(object: PlainMap): PlainMap {
  return asMap(own(object, "metadata"));
}

/** One annotation, or an empty text. */
export function annotation(object: PlainMap, key: string): string {
  return asText(own(asMap(own(metadataOf(object), "annotations")), key));
}

/** An object of the API server as properties: both are plain JSON. */
export function toPlain(object: KubeObject): PlainMap {
  return object as unknown as PlainMap;
}

/** Properties as an object for the API server. The caller has made sure that nothing in them is unknown. */
export function toObject(inputs: PlainMap): KubeObject {
  return inputs as unknown as KubeObject;
}

/** The map without the given keys. */
export function without(map: PlainMap, ...keys: readonly string[]): PlainMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** The value without null members at any depth: the API server drops them, and a diff would see them go. */
export function dropNulls(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, dropNulls(item)]])),
  );
}
