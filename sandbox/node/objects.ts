import type { KubeClient } from "../kube";
import { namespaceOf, type Container, type Pod, type Volume } from "./types";

/** A Secret or ConfigMap that a pod names. */
export interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
}

/** The contents of the Secrets and ConfigMaps that a pod names; those that do not exist are not in it. */
export class PodObjects {
  private readonly contents = new Map<string, ReadonlyMap<string, Buffer>>();

  set(reference: Reference, contents: ReadonlyMap<string, Buffer>): void {
    this.contents.set(keyOf(reference), contents);
  }

  get(reference: Reference): ReadonlyMap<string, Buffer> | undefined {
    return this.contents.get(keyOf(reference));
  }
}

/** What keeps a container from starting, in the kubelet's words. */
export class HeldError extends Error {
  override readonly name = "HeldError";

  constructor(
    readonly reason: "FailedMount" | "CreateContainerConfigError",
    message: string,
  ) {
    super(message);
  }
}

/** Every Secret and ConfigMap that the given containers and volumes of a pod name, each once. */
export function references(containers: readonly Container[], volumes: readonly Volume[]): Reference[] {
  const found = new Map<string, Reference>();
  const add = (kind: Reference["kind"], name: string | undefined) => {
    if (name !== undefined) found.set(keyOf({ kind, name }), { kind, name });
  };
  for (const container of containers) {
    for (const { valueFrom } of container.env ?? []) {
      add("Secret", valueFrom?.secretKeyRef?.name);
      add("ConfigMap", valueFrom?.configMapKeyRef?.name);
    }
    for (const from of container.envFrom ?? []) {
      add("Secret", from.secretRef?.name);
      add("ConfigMap", from.configMapRef?.name);
    }
  }
  for (const volume of volumes) {
    add("Secret", volume.secret?.secretName);
    add("ConfigMap", volume.configMap?.name);
    for (const source of volume.projected?.sources ?? []) {
      add("Secret", source.secret?.name);
      add("ConfigMap", source.configMap?.name);
    }
  }
  return [...found.values()];
}

/** Reads what a pod names. */
export async function readObjects(
  kube: KubeClient,
  pod: Pod,
  wanted: readonly Reference[],
): Promise<PodObjects> {
  const objects = new PodObjects();
  await Promise.all(
    wanted.map(async (reference) => {
      const { kind, name } = reference;
      const object = await kube.get({ apiVersion: "v1", kind, namespace: namespaceOf(pod), name });
      if (object === undefined) return;
      const contents = new Map<string, Buffer>();
      const data = (object["data"] ?? {}) as Record<string, string>;
      const binary = (object["binaryData"] ?? {}) as Record<string, string>;
      for (const [key, value] of Object.entries(data))
        contents.set(key, Buffer.from(value, kind === "Secret" ? "base64" : "utf8"));
      for (const [key, value] of Object.entries(binary)) contents.set(key, Buffer.from(value, "base64"));
      objects.set(reference, contents);
    }),
  );
  return objects;
}

function keyOf(reference: Reference): string {
  return `${reference.kind}/${reference.name}`;
}
