/** The part of an exported deployment that a repair reads and writes; everything else is carried along as it is. */
export interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly PendingOperation[];
  readonly [other: string]: unknown;
}

/** What `pulumi stack export` prints. Secrets in it are ciphertext, and stay so. */
export interface StackExport {
  readonly version: number;
  readonly deployment: Deployment | null;
}

/** A resource as state holds it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** URN and id of the provider, `urn::id`. */
  readonly provider?: string;
  readonly deletedWith?: string;
  /** Replaced, and still to be deleted. */
  readonly delete?: boolean;
  /** Deleted for a replacement that is still to be made. */
  readonly pendingReplacement?: boolean;
  /** Why the resource counts as made but unfinished: the next update of it is forced. */
  readonly initErrors?: readonly string[];
  /** ISO 8601, of the engine's own clock. */
  readonly created?: string;
  readonly modified?: string;
  readonly [other: string]: unknown;
}

/** What the engine was at when it ended. */
export interface PendingOperation {
  readonly resource: StateResource;
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
}

/** Logical name of a resource, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `VirtualService ai-agent`: kind and logical name, for a reader. */
export function label(resource: { readonly urn: string; readonly type: string }): string {
  return `${resource.type.split(":").at(-1) ?? resource.type} ${nameOf(resource.urn)}`;
}

/** A nested value by its keys, or undefined where there is none. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}
