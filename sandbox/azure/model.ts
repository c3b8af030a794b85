import type { Fields, Json, JsonObject } from "./shapes";

/** A resource as it is stored, and as GET answers it unless its type composes a view. */
export interface ArmResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  location?: string;
  tags?: JsonObject;
  sku?: JsonObject;
  identity?: JsonObject;
  zones?: Json[];
  kind?: string;
  managedBy?: string;
  etag?: string;
  properties: JsonObject;
}

/** Fields that stand beside `properties` in a body. */
export const TOP_FIELDS = ["location", "tags", "sku", "identity", "zones", "kind", "managedBy"] as const;

/** What the rules of a type may see and change. */
export interface World {
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** Who signs in here: the principal that `getClientConfig` answers. */
  readonly operator: { readonly objectId: string; readonly clientId: string };
  get(id: string): ArmResource | undefined;
  /** Every resource, or every one of a type. */
  all(type?: string): ArmResource[];
  put(resource: ArmResource): void;
  /** Takes out a resource and everything below it, without asking anybody. */
  drop(id: string): void;
  /** A fresh GUID: identities, `resourceGuid`. */
  uuid(): string;
  now(): string;
  /** The next free public address of a location. */
  allocateIp(location: string): string;
  /** Whether another tenant holds this DNS label in this location. */
  labelTakenElsewhere(label: string, location: string): boolean;
}

/** How the API servers behind ManagedClusters are reached. */
export interface ClusterAccess {
  readonly server: string;
  /** CA certificate, PEM in base64. */
  readonly caData: string;
  readonly operatorToken: string;
}

/** What runs the clusters. The ARM stand-in only decides when. */
export interface ClusterHost {
  /** Starts a control plane and waits until it serves; the same one again when it already runs. */
  boot(cluster: ClusterIdentity): Promise<ClusterAccess>;
  /** What bears our labels in the cluster: asked before its server stops. */
  leftovers(id: string): Promise<Leftovers>;
  /** Stops the control plane and removes its data. */
  remove(id: string): Promise<void>;
}

export interface ClusterIdentity {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly kubernetesVersion: string;
}

export interface Leftovers {
  readonly leftovers: string[];
  readonly keptCrds: string[];
}

/** What a type does beside taking its shape. Every function may throw an ArmError. */
export interface Behaviour {
  /** Refuses what the service refuses, before anything changes. */
  admit?(world: World, next: ArmResource, previous: ArmResource | undefined): void;
  /** Fills in what the service writes back. */
  complete?(world: World, next: ArmResource, previous: ArmResource | undefined): void;
  /** After a PUT has succeeded: what it changes elsewhere. */
  settled?(world: World, resource: ArmResource): void;
  /** Refuses a deletion; `goes` tells which other resources are deleted along with it. */
  admitDelete?(world: World, resource: ArmResource, goes: (id: string) => boolean): void;
  /** After it is gone: what that changes elsewhere. */
  removed?(world: World, resource: ArmResource): void;
  /** What GET shows, where that is more than what is stored. */
  view?(world: World, resource: ArmResource): ArmResource;
}

/** One ARM type. */
export interface ArmType {
  readonly type: string;
  /** API versions that are answered: those which the SDK uses, and neighbours with the same shape. */
  readonly apiVersions: readonly string[];
  readonly name: { readonly pattern: RegExp; readonly words: string };
  /** Fields beside `properties`. */
  readonly top: Fields;
  readonly properties: Fields;
  /** Whether PUT and DELETE go on after their answer. */
  readonly longRunning: boolean;
  readonly behaviour: Behaviour;
}

/** A string in an open JSON object, or nothing. */
export function str(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
/** The objects of a list in an open JSON object. */
export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
/** The strings of a list in an open JSON object. */
export function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
/** An object in an open JSON object; empty when there is none. */
export function obj(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}
function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes a default where the body said nothing. */
export function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [name, value] of Object.entries(defaults)) if (target[name] === undefined) target[name] = value;
}

/** A copy without one member. */
export function without(value: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}
