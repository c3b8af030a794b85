/** From a path to what it names, or to the refusal that ARM gives. */
import { ArmError, conflict, notFound } from "./errors";
import { GROUP_TYPE, groupId, isExtension, parseId, sameId, type ArmId } from "./ids";
import type { ArmResource, ArmType, World } from "./model";
import type { Json, JsonObject } from "./shapes";
import { armType } from "./types";

export function parse(world: World, id: string): ArmId {
  const parsed = parseId(id);
  if (!parsed) throw new ArmError(404, "InvalidResourceId", `'${id}' is not the id of a resource.`);
  if (parsed.subscriptionId.toLowerCase() !== world.subscriptionId.toLowerCase())
    throw new ArmError(
      404,
      "SubscriptionNotFound",
      `The subscription '${parsed.subscriptionId}' could not be found.`,
    );
  return parsed;
}

export function typeOf(world: World, id: string): ArmType {
  const parsed = parse(world, id);
  const type = armType(parsed.type);
  if (type) return type;
  throw new ArmError(
    404,
    "InvalidResourceType",
    `The resource type '${parsed.type}' is not served by the ARM stand-in. See sandbox/azure/README.md for those that are.`,
  );
}

export function existing(world: World, id: string): ArmResource {
  const type = typeOf(world, id);
  const parsed = parse(world, id);
  const resource = world.get(id);
  if (resource) return resource;
  if (type.type === GROUP_TYPE) throw groupNotFound(parsed.name);
  throw notFound(type.type, parsed.name, parsed.resourceGroup ?? "");
}

/** Refuses a resource whose group or parent is not there, or is going. */
export function requireParents(world: World, parsed: ArmId, type: ArmType): void {
  if (type.type === GROUP_TYPE) return;
  if (parsed.resourceGroup !== undefined) {
    const group = world.get(groupId(parsed.subscriptionId, parsed.resourceGroup));
    if (!group) throw groupNotFound(parsed.resourceGroup);
    if (group.properties["provisioningState"] === "Deleting")
      throw conflict(
        "ResourceGroupBeingDeleted",
        `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`,
      );
  }
  const { parent } = parsed;
  if (parent === undefined || world.get(parent) || sameId(parent, `/subscriptions/${parsed.subscriptionId}`))
    return;
  if (!isExtension(type.type) && parseId(parent) === undefined) return;
  throw new ArmError(
    404,
    "ParentResourceNotFound",
    `Failed to perform 'write' on resource(s) of type '${type.type}', because the parent resource '${parent}' could not be found.`,
  );
}

function groupNotFound(name: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
}

/** A JSON merge patch, RFC 7396. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const result = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const old = result.get(key);
    if (value === null) result.delete(key);
    else result.set(key, isObject(value) && isObject(old) ? mergePatch(old, value) : value);
  }
  return Object.fromEntries(result);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
