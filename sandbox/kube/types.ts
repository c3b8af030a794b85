/** What every Kubernetes object carries; everything else is kept as it came. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** The metadata fields that the sandbox reads; unknown ones stay in place. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  [field: string]: unknown;
}

/** Points at one object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for a cluster-scoped kind. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Chooses the objects of a list. */
export interface ListOptions {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default all namespaces */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

/** A kind as the API server's discovery describes it. */
export interface ResourceInfo {
  readonly namespaced: boolean;
  /** The plural name in the path, such as "configmaps". */
  readonly plural: string;
  readonly verbs: readonly string[];
  /** The path of the collection, or of one object when a name is given. */
  path(namespace: string | undefined, name?: string): string;
}

/** One HTTP exchange with an API server. */
export interface RequestOptions {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string;
  /** Time for the whole exchange. @default 30000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}
