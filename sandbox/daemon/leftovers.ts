import { setTimeout as sleep } from "node:timers/promises";
import type { Leftovers } from "../arm";
import { isNotFound, KubeError, type KubeClient, type KubeObject } from "../kube";

/** Labels of what the program makes: its own objects, what Helm makes for it, and Helm's own records. */
const OURS = [
  "app.kubernetes.io/part-of=global-mesh",
  "app.kubernetes.io/managed-by=Helm",
  "owner=helm",
] as const;
/** Helm leaves these where they are on purpose, because deleting a CRD deletes every object of its kind. */
const KEEP = { annotation: "helm.sh/resource-policy", value: "keep" } as const;
/** How many kinds are asked for at once. */
const WIDTH = 8;

export interface LeftoverOptions {
  /** How long the garbage collector may still be at work before what it has not taken counts. @default 15000 */
  readonly graceMs?: number;
}

/** What bears our labels in a cluster and is no business of the garbage collector's. */
export async function findLeftovers(kube: KubeClient, options: LeftoverOptions = {}): Promise<Leftovers> {
  const end = Date.now() + (options.graceMs ?? 15_000);
  for (;;) {
    const found = await once(kube);
    if (found.leftovers.length === 0 || Date.now() > end) return found;
    await sleep(500);
  }
}

/**
 * ConfigMaps by which istiod published the mesh's root and its revocations in every namespace, those of others
 * included. Nothing takes them away with it.
 */
export async function istiodConfigMaps(kube: KubeClient): Promise<string[]> {
  const query = { labelSelector: "istio.io/config=true" };
  const path = "/api/v1/configmaps";
  const { items } = await kube.request<{ items: KubeObject[] }>({ method: "GET", path, query });
  return items.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).toSorted();
}

async function once(kube: KubeClient): Promise<Leftovers> {
  const kinds = await listableKinds(kube);
  const found = new Map<string, { object: KubeObject; kind: Kind }>();
  const queue = [...kinds];
  const worker = async (): Promise<void> => {
    for (let kind = queue.shift(); kind; kind = queue.shift()) {
      for (const object of await labelled(kube, kind)) {
        found.set(object.metadata.uid ?? `${kind.path}/${object.metadata.name}`, { object, kind });
      }
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  const owned = [...found.values()].filter(({ object }) => !ownersOf(object).some((uid) => found.has(uid)));
  const kept = owned.filter(({ object, kind }) => {
    return (
      kind.name === "customresourcedefinitions" &&
      object.metadata.annotations?.[KEEP.annotation] === KEEP.value
    );
  });
  return {
    leftovers: owned
      .filter((one) => !kept.includes(one))
      .map(({ object, kind }) => label(object, kind))
      .toSorted(),
    keptCrds: kept.map(({ object }) => object.metadata.name).toSorted(),
  };
}

interface Kind {
  readonly path: string;
  readonly kind: string;
  readonly name: string;
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
}

/** Every kind that can be listed and deleted, in the version that the server prefers. */
async function listableKinds(kube: KubeClient): Promise<Kind[]> {
  const { groups } = await kube.request<{ groups: { preferredVersion: { groupVersion: string } }[] }>({
    method: "GET",
    path: "/apis",
  });
  const roots = ["/api/v1", ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    roots.map(async (root) => {
      const list = await orNothing(kube.request<ResourceList>({ method: "GET", path: root }));
      const usable = list?.resources.filter(
        ({ name, verbs }) => !name.includes("/") && verbs.includes("list") && verbs.includes("delete"),
      );
      return (usable ?? []).map(({ name, kind }) => ({ path: `${root}/${name}`, kind, name }));
    }),
  );
  return lists.flat();
}

async function labelled(kube: KubeClient, kind: Kind): Promise<KubeObject[]> {
  const lists = await Promise.all(
    OURS.map((labelSelector) =>
      orNothing(
        kube.request<{ items: KubeObject[] }>({ method: "GET", path: kind.path, query: { labelSelector } }),
      ),
    ),
  );
  return lists.flatMap((list) => list?.items ?? []);
}

/** A kind that went away while we asked has nothing left; one that cannot be asked is an error. */
async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error) || (error instanceof KubeError && error.status === 405)) return undefined;
    throw error;
  }
}

function ownersOf(object: KubeObject): string[] {
  const owners = object.metadata["ownerReferences"];
  return Array.isArray(owners) ? owners.map((owner: { uid?: string }) => owner.uid ?? "") : [];
}

function label({ metadata }: KubeObject, { kind }: Kind): string {
  const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  return `${kind} ${place}${metadata.name}${metadata.deletionTimestamp === undefined ? "" : " (being deleted)"}`;
}
