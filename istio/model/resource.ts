/** Marks every object that this program makes, so that a destroyed cluster can be searched for leftovers. */
export const PART_OF = "global-mesh";

/** What an object is called and belongs to. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A namespaced custom resource; the types beside this file narrow `kind` and `spec`. */
export interface IstioObject<Kind extends string = string, Spec extends object = object> {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: ObjectMetadata;
  readonly spec: Spec;
}

/** Selects workloads of the object's own namespace by label. */
export interface WorkloadSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

/**
 * The labels of every object of ours.
 * @param application what the object is about, as in `ai-agent`.
 */
export function ownLabels(application: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": application, "app.kubernetes.io/part-of": PART_OF };
}

/** Name, namespace and kind in one word: no two objects of a cluster share it. */
export function objectKey(object: IstioObject): string {
  return `${object.metadata.namespace}/${object.kind}/${object.metadata.name}`;
}

/** The metadata of one of our objects, in the key order of every golden dump. */
export function metadata(application: string, namespace: string, name: string): ObjectMetadata {
  return { name, namespace, labels: ownLabels(application) };
}
