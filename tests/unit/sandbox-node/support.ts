import type { Container, Pod, PodSpec } from "../../../sandbox/node/types";

/** A container with what a test says of it. */
export function containerOf(fields: Partial<Container> = {}): Container {
  return { name: "main", image: "example.org/main:1", ...fields };
}

/** A pod with what a test says of it. */
export function podOf(spec: Partial<PodSpec> = {}, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: "shop", uid: "uid-1", ...metadata },
    spec: { containers: [containerOf()], ...spec },
  };
}
