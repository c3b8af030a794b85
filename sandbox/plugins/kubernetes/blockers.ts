import type { KubeClient, KubeObject, ObjectRef } from "../../kube";

/** How many objects are named that hold a namespace. */
const NAMED = 5;

/** What holds up the deletion of an object, since when, and how to look at it. Nothing is taken off it. */
export function blockers(live: KubeObject): string {
  const { deletionTimestamp } = live.metadata;
  const finalizers = [...(live.metadata.finalizers ?? []), ...namespaceFinalizers(live)];
  const words = [
    deletionTimestamp === undefined
      ? "the server has not begun to delete it"
      : `being deleted since ${deletionTimestamp}`,
    ...(finalizers.length > 0 ? [`finalizers: ${finalizers.join(", ")}`] : []),
    ...conditions(live).map(({ message }) => message),
  ];
  return `${words.join("; ")}; look at it with: ${lookCommand(live)}`;
}

/** The same, with the objects that hold a namespace by name. */
export async function allBlockers(kube: KubeClient, live: KubeObject): Promise<string> {
  const held = await remaining(kube, live).catch(() => []);
  const named = held
    .slice(0, NAMED)
    .map((object) => `${object.kind} ${object.metadata.name} (${blockers(object)})`);
  const more = held.length > NAMED ? [`${held.length - NAMED} more objects`] : [];
  return [blockers(live), ...named, ...more].join("; ");
}

/** The command that shows an object, its finalizers and conditions included. */
export function lookCommand(live: KubeObject): string {
  const { namespace, name } = live.metadata;
  const slash = live.apiVersion.lastIndexOf("/");
  const [group, version] = [live.apiVersion.slice(0, Math.max(slash, 0)), live.apiVersion.slice(slash + 1)];
  const kind = group === "" ? live.kind : `${live.kind}.${version}.${group}`;
  return `kubectl get ${kind} ${name}${namespace === undefined ? "" : ` -n ${namespace}`} -o yaml`;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

// A namespace that cannot go says in its conditions what is left in it and whose finalizers hold that.
function conditions(live: KubeObject): Condition[] {
  if (live.kind !== "Namespace") return [];
  const all = (live.status as { conditions?: Partial<Condition>[] } | undefined)?.conditions ?? [];
  return all.flatMap(({ type = "", status = "", message = "" }) =>
    status === "True" && message !== "" ? [{ type, status, message }] : [],
  );
}

function namespaceFinalizers(live: KubeObject): readonly string[] {
  if (live.kind !== "Namespace") return [];
  return (live.spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
}

/** The objects in a namespace that cannot go, of the kinds that its condition names. */
async function remaining(kube: KubeClient, live: KubeObject): Promise<KubeObject[]> {
  const content = conditions(live).find(({ type }) => type === "NamespaceContentRemaining")?.message ?? "";
  const kinds = [...content.matchAll(/([a-z0-9-]+)\.(\S*) has \d+ resource instances/g)];
  const found: KubeObject[] = [];
  for (const [, plural = "", group = ""] of kinds) {
    const base = group === "" ? "/api/v1" : `/apis/${await preferred(kube, group)}`;
    const path = `${base}/namespaces/${live.metadata.name}/${plural}`;
    const list = await kube.request<{ kind: string; apiVersion: string; items: KubeObject[] }>({
      method: "GET",
      path,
    });
    const kind = list.kind.replace(/List$/, "");
    found.push(...list.items.map((item) => ({ ...item, apiVersion: list.apiVersion, kind })));
  }
  return found.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
}

async function preferred(kube: KubeClient, group: string): Promise<string> {
  const answer = await kube.request<{ preferredVersion: { groupVersion: string } }>({
    method: "GET",
    path: `/apis/${group}`,
  });
  return answer.preferredVersion.groupVersion;
}

/** An object in words: `Secret ns/name`. */
export function describe(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
}
