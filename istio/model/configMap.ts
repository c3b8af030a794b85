import type { ObjectMetadata } from "./resource";

/** A ConfigMap that some part of the mesh reads. */
export interface ConfigMap {
  readonly metadata: ObjectMetadata;
  readonly data: Readonly<Record<string, string>>;
}
