import { containsUnknown, isMap, own, type Plain, type PlainMap } from "../wire";
import type { ObjectType } from "./kinds";
import { asMap, dropNulls, metadataOf, without } from "./plain";

/** Metadata that the server alone writes; in inputs it would only make false differences. */
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
] as const;

/**
 * Inputs in the form in which the server gives them back, so that equal meanings compare equal: a Secret's
 * `stringData` becomes `data`, lists that are empty fall away in built-in kinds.
 */
export function normalizeInputs(type: ObjectType, inputs: PlainMap): PlainMap {
  const cleaned = asMap(dropNulls(inputs));
  const metadata = own(cleaned, "metadata");
  const object = isMap(metadata)
    ? {
        ...cleaned,
        metadata: withoutEmptyMaps(without(metadata, ...SERVER_METADATA), "labels", "annotations"),
      }
    : cleaned;
  if (!type.builtin || containsUnknown(object)) return object;
  const known = asMap(dropEmptyLists(object));
  switch (type.kind) {
    case "Secret":
      return withoutEmptyMaps(secretData(known), "data");
    case "ConfigMap":
      return withoutEmptyMaps(known, "data", "binaryData");
    default:
      return known;
  }
}

/** A live object as it is kept in outputs. */
export function outputsOf(live: PlainMap): PlainMap {
  const metadata = without(metadataOf(live), "managedFields");
  if (own(live, "kind") !== "Secret") return { ...live, metadata };
  // kubectl apply writes the whole Secret into an annotation, where nobody would take it for one.
  const annotations = own(metadata, "annotations");
  return {
    ...live,
    metadata: isMap(annotations)
      ? { ...metadata, annotations: without(annotations, "kubectl.kubernetes.io/last-applied-configuration") }
      : metadata,
  };
}

/** A live object as inputs of its own, for an import. */
export function inputsOf(live: PlainMap): PlainMap {
  const object = without(outputsOf(live), "status");
  const metadata = without(metadataOf(object), ...SERVER_METADATA, "selfLink");
  const annotations = own(metadata, "annotations");
  if (!isMap(annotations)) return { ...object, metadata };
  const kept = without(annotations, "kubectl.kubernetes.io/last-applied-configuration");
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

function secretData(inputs: PlainMap): PlainMap {
  const written = own(inputs, "stringData");
  const encoded = Object.entries(asMap(written)).map(([key, value]): [string, Plain] => [
    key,
    // Anything but a text is left for the server to refuse.
    typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value,
  ]);
  const data = Object.entries(asMap(own(inputs, "data"))).map(([key, value]): [string, Plain] => [
    key,
    typeof value === "string" ? canonicalBase64(value) : value,
  ]);
  const rest = without(inputs, "stringData");
  return encoded.length + data.length === 0
    ? rest
    : { ...rest, data: Object.fromEntries([...data, ...encoded]) };
}

// The server decodes and encodes again, which drops line breaks. What is not base64 is left for it to refuse.
function canonicalBase64(value: string): string {
  const compact = value.replace(/[\r\n]/g, "");
  const again = Buffer.from(compact, "base64").toString("base64");
  return again === compact ? again : value;
}

function dropEmptyLists(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(dropEmptyLists);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      Array.isArray(item) && item.length === 0 ? [] : [[key, dropEmptyLists(item)]],
    ),
  );
}

function withoutEmptyMaps(map: PlainMap, ...keys: readonly string[]): PlainMap {
  return without(map, ...keys.filter((key) => isMap(map[key]) && Object.keys(asMap(map[key])).length === 0));
}

/**
 * The part of a live value that the inputs speak of: what the server or a controller added is left out, what
 * somebody changed or removed is seen. Items of a list are matched by position and items past the inputs' own
 * are not seen, as with the official plugin.
 */
export function prune(live: Plain, inputs: Plain): Plain {
  if (isMap(live) && isMap(inputs)) {
    return Object.fromEntries(
      Object.entries(live).flatMap(([key, item]) => {
        const said = own(inputs, key);
        return said === undefined ? [] : [[key, prune(item, said)]];
      }),
    );
  }
  if (Array.isArray(live) && Array.isArray(inputs)) {
    return inputs.slice(0, live.length).map((said, index) => prune(live[index] ?? null, said));
  }
  return live;
}
