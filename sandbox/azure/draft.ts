/** From a request's body to a resource: checked, cleaned, compared with what stands. */
import { badRequest, conflict } from "./errors";
import { TOP_FIELDS, type ArmResource, type ArmType } from "./model";
import { checkFields, isObject, type Fields, type Json, type JsonObject, type Shape } from "./shapes";

const ENVELOPE = ["id", "name", "type", "properties", "etag", "eTag", "systemData"];

/** "East US" and "eastus" are one location. */
export const normalLocation = (location: string): string => location.toLowerCase().replaceAll(" ", "");

/** A resource as the body asks for it; every fault of the body is named in one refusal. */
export function draft(type: ArmType, id: string, name: string, body: unknown): ArmResource {
  if (!isObject(body))
    throw badRequest("InvalidRequestContent", "The request content was invalid: the body is no JSON object.");
  if (!type.name.pattern.test(name))
    throw badRequest(
      "InvalidResourceName",
      `Resource name ${name} is invalid: ${type.type} takes ${type.name.words}.`,
    );
  const top = Object.fromEntries(Object.entries(body).filter(([key]) => !ENVELOPE.includes(key)));
  const needsProperties = Object.values(type.properties).some((shape) => shape.required);
  const properties = body["properties"] ?? (needsProperties ? {} : undefined);
  const faults = [
    ...checkFields(type.top, top, ""),
    ...(properties === undefined ? [] : checkFields(type.properties, properties, "properties")),
  ];
  if (faults.length > 0) {
    const [first] = faults;
    const code =
      first?.kind === "missing"
        ? "MissingRequiredProperty"
        : first?.kind === "unknown"
          ? "InvalidRequestContent"
          : "InvalidParameter";
    throw badRequest(
      code,
      `The body for ${type.type} '${name}' was refused: ${faults.map((fault) => fault.reason).join("; ")}.`,
    );
  }
  const clean = strip(type.top, top as JsonObject);
  const resource: ArmResource = {
    id,
    name,
    type: type.type,
    properties: strip(type.properties, (properties ?? {}) as JsonObject),
  };
  for (const field of TOP_FIELDS)
    if (clean[field] !== undefined) Object.assign(resource, { [field]: clean[field] });
  if (resource.location !== undefined) resource.location = normalLocation(resource.location);
  return resource;
}

/** A deep copy without nulls and without what only the service writes. */
function strip(fields: Fields, value: JsonObject): JsonObject {
  const kept = Object.entries(value).filter(
    ([key, inner]) => inner !== null && fields[key]?.readOnly !== true,
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, stripValue(fields[key], inner)]));
}
function stripValue(shape: Shape | undefined, value: Json): Json {
  if (Array.isArray(value))
    return value.map((item) => stripValue(shape?.kind === "list" ? shape.of : undefined, item));
  if (typeof value !== "object" || value === null) return value;
  if (shape?.kind === "object" && !shape.envelope) return strip(shape.fields, value);
  return structuredClone(value);
}

/** Refuses changes of what cannot change while a resource stands. */
export function refuseFixedChanges(type: ArmType, previous: ArmResource, next: ArmResource): void {
  if (previous.location !== undefined && next.location !== undefined && previous.location !== next.location) {
    throw conflict(
      type.type.endsWith("resourceGroups") ? "InvalidResourceGroupLocation" : "InvalidResourceLocation",
      `The resource '${next.name}' already exists in location '${previous.location}'. A resource with the same name cannot be created in location '${next.location}'. Please select a new resource name.`,
    );
  }
  const changed = [
    ...changes(type.properties, previous.properties, next.properties, ""),
    ...changes(type.top, previous as unknown as JsonObject, next as unknown as JsonObject, ""),
  ];
  if (changed.length > 0)
    throw conflict(
      "PropertyChangeNotAllowed",
      `Changing property '${changed.join("', '")}' of ${type.type} '${next.name}' is not allowed.`,
    );
}

/** Paths of fixed fields that the new body names with another value; a body that leaves them out changes nothing. */
function changes(fields: Fields, before: JsonObject, after: JsonObject, at: string): string[] {
  return Object.entries(fields).flatMap(([name, shape]) => {
    const [old, now] = [before[name], after[name]];
    if (now === undefined || old === undefined || shape.readOnly || name === "location") return [];
    const path = `${at}${name}`;
    if (shape.fixed) return same(old, now) ? [] : [path];
    if (shape.kind === "object" && isPlain(old) && isPlain(now))
      return changes(shape.fields, old, now, `${path}.`);
    if (shape.kind === "list" && shape.of.kind === "object" && Array.isArray(old) && Array.isArray(now)) {
      const { fields: inner } = shape.of;
      return now.flatMap((item) => {
        const twin = old.find(
          (other) =>
            isPlain(item) && isPlain(other) && item["name"] !== undefined && other["name"] === item["name"],
        );
        return isPlain(item) && isPlain(twin) ? changes(inner, twin, item, `${path}.`) : [];
      });
    }
    return [];
  });
}

const isPlain = (value: Json | undefined): value is JsonObject => isObject(value);

/** Equality as Azure sees it: without the case of strings (ids, enumerations), without the order of zones. */
function same(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return normal(a) === normal(b);
  if (isPlain(a) && isPlain(b)) return Object.entries(b).every(([key, value]) => same(a[key] ?? null, value));
  return typeof a === "string" && typeof b === "string" ? a.toLowerCase() === b.toLowerCase() : a === b;
}
const normal = (list: Json[]): string => JSON.stringify(list.map((item) => JSON.stringify(item)).toSorted());
