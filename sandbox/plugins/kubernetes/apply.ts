import { randomBytes } from "node:crypto";
import { KubeError, isNotFound, pause, type KubeObject, type ObjectRef } from "../../kube";
import { own, type PlainMap } from "../wire";
import { CREATOR, isUnmanaged, needsForceInPreview, takeOver } from "./managed-fields";
import { annotation, asText, toPlain } from "./plain";
import type { Session } from "./session";
import { describe } from "./blockers";

/** Where a resource keeps the name of its field manager among its outputs. */
export const FIELD_MANAGER = "__fieldManager";

const RETRIES = 5;
const FIRST_RETRY_MS = 500;

/** The field manager of a resource: as its annotation says, as it was, or a new one. */
export function fieldManager(inputs: PlainMap, outputs: PlainMap = {}): string {
  return (
    annotation(inputs, "pulumi.com/patchFieldManager") ||
    asText(own(outputs, FIELD_MANAGER)) ||
    `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
  );
}

/**
 * Creates an object. One that exists is refused, because the later deletion of a renamed resource would take
 * the new one's object away. A namespace or a kind that another resource is just making is waited for.
 */
export async function createObject(
  session: Session,
  object: KubeObject,
  o: { manager: string; preview: boolean; signal: AbortSignal },
): Promise<KubeObject> {
  for (let attempt = 0; ; attempt++) {
    try {
      if (session.settings.upsertExistingObjects) {
        const force = patchForce(session, toPlain(object)) || o.preview;
        return await session.kube.apply(object, {
          fieldManager: o.manager,
          force,
          dryRun: o.preview,
          signal: o.signal,
        });
      }
      return await session.kube.create(object, {
        fieldManager: CREATOR,
        dryRun: o.preview,
        signal: o.signal,
      });
    } catch (error) {
      if (o.preview) throw error;
      if (isNotFound(error) && attempt < RETRIES) {
        await pause(FIRST_RETRY_MS * 2 ** attempt, o.signal);
        continue;
      }
      throw isAlreadyThere(error) ? alreadyExists(object, error) : error;
    }
  }
}

/** Brings an existing object to its new inputs by server-side apply. */
export async function applyObject(
  session: Session,
  live: KubeObject,
  inputs: KubeObject,
  o: { manager: string; preview: boolean; signal: AbortSignal },
): Promise<KubeObject> {
  const owned = o.preview ? live : await takeOverFields(session, live, o.manager);
  const force =
    patchForce(session, toPlain(inputs)) ||
    isUnmanaged(toPlain(owned)) ||
    (o.preview && needsForceInPreview(toPlain(owned)));
  try {
    return await session.kube.apply(inputs, {
      fieldManager: o.manager,
      force,
      dryRun: o.preview,
      signal: o.signal,
    });
  } catch (error) {
    throw error instanceof KubeError && error.status === 409 ? conflict(inputs, error) : error;
  }
}

/** Whether a failure says that the object is there already. */
export function isAlreadyThere(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === "AlreadyExists";
}

function patchForce(session: Session, inputs: PlainMap): boolean {
  return session.settings.enablePatchForce || annotation(inputs, "pulumi.com/patchForce") === "true";
}

async function takeOverFields(session: Session, live: KubeObject, manager: string): Promise<KubeObject> {
  for (let current = live, attempt = 0; ; attempt++) {
    const managedFields = takeOver(toPlain(current), manager);
    if (managedFields === undefined) return current;
    const { apiVersion, kind } = current;
    const { namespace, name } = current.metadata;
    try {
      const info = await session.kube.resource(apiVersion, kind);
      return await session.kube.request<KubeObject>({
        method: "PATCH",
        path: info.path(namespace, name),
        contentType: "application/json-patch+json",
        body: [
          { op: "replace", path: "/metadata/managedFields", value: managedFields },
          // Refused when somebody changed the object since it was read.
          { op: "replace", path: "/metadata/resourceVersion", value: current.metadata.resourceVersion },
        ],
      });
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 409 || attempt >= RETRIES) throw error;
      current = (await session.kube.get(refOf(current))) ?? current;
    }
  }
}

/** Points at an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
}

function alreadyExists(object: KubeObject, error: KubeError): Error {
  return new Error(
    [
      `${describe(refOf(object))} already exists in the cluster, and a creation does not take it over (${error.message}).`,
      "If a Pulumi resource was renamed, give it an alias. If the object should be managed from now on, import it,",
      "or set upsertExistingObjects on the provider. If nothing needs it, delete it first.",
    ].join(" "),
  );
}

function conflict(object: KubeObject, error: KubeError): Error {
  return new Error(
    [
      `${describe(refOf(object))}: another manager has changed a field that this program sets (${error.message}).`,
      'To take it back set the annotation pulumi.com/patchForce: "true" on the object,',
      "or enablePatchForce on the provider; to leave it to the other, take the field out of the program.",
    ].join(" "),
  );
}
