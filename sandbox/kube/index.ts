export { KubeClient, type ApplyOptions, type CreateOptions, type DeleteOptions } from "./client";
export type { Signature } from "./connection";
export { KubeError, UnreachableError, isNotFound, isUnknownKind } from "./error";
export { pause } from "./transport";
export type {
  KubeObject,
  ListOptions,
  ObjectMeta,
  ObjectRef,
  RequestOptions,
  ResourceInfo,
  WatchEvent,
} from "./types";
export type { FollowOptions, WatchOptions } from "./watch";
