import type { KubeClient, KubeObject } from "../../../../sandbox/kube";

/** Kinds that controllers touch all the time, mesh or no mesh: of these only which there are is looked at. */
const RESTLESS = ["leases", "nodes"];
/** Kinds that come and go by themselves. */
const PASSING = ["events"];

/** Every object of a cluster: what identifies it, and what changes when anything in it does. */
export type Inventory = ReadonlyMap<string, string>;

interface Kind {
  readonly path: string;
  readonly plural: string;
}

/** All objects of all kinds, by `plural namespace/name`. */
export async function inventory(kube: KubeClient): Promise<Inventory> {
  const found = new Map<string, string>();
  for (const { path, plural } of await kinds(kube)) {
    const { items } = await kube.request<{ items: KubeObject[] }>({ method: "GET", path });
    for (const { metadata } of items) {
      const version = RESTLESS.includes(plural) ? "" : ` ${metadata.resourceVersion ?? ""}`;
      found.set(`${plural} ${metadata.namespace ?? ""}/${metadata.name}`, `${metadata.uid ?? ""}${version}`);
    }
  }
  return found;
}

/** What differs between two inventories, in words. */
export function differences(before: Inventory, after: Inventory): { changed: string[]; added: string[] } {
  const changed = [...before].filter(([key, version]) => after.get(key) !== version).map(([key]) => key);
  const added = [...after.keys()].filter((key) => !before.has(key));
  return { changed: changed.toSorted(), added: added.toSorted() };
}

async function kinds(kube: KubeClient): Promise<Kind[]> {
  interface Groups {
    readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  }
  interface Resources {
    readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
  }
  const { groups } = await kube.request<Groups>({ method: "GET", path: "/apis" });
  const roots = [
    "/api/v1",
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const lists = await Promise.all(
    roots.map(async (root) => {
      const { resources } = await kube.request<Resources>({ method: "GET", path: root });
      return resources
        .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list") && !PASSING.includes(name))
        .map(({ name }) => ({ path: `${root}/${name}`, plural: name }));
    }),
  );
  return lists.flat();
}
