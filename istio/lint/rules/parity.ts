import { at, isFields, texts } from "../../rules/fields";
import { meshRule, type Found, type LintRule } from "../rule";
import { labelsOf } from "../view/labels";
import { fullHost, type Viewed } from "../view/object";
import type { ClusterView, MeshView, Variant } from "../view/view";

/** Kinds that work where the client is, so that clients of every region need the same. */
const TRAFFIC = ["VirtualService", "DestinationRule", "ServiceEntry"];
/** Kinds that work where the workload is, so that the workloads of every region need the same. */
const SECURITY = ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"];

/** Rules over what the control planes of several regions are told. */
export const parityRules: readonly LintRule[] = [
  meshRule({
    code: "GM901",
    title: "A policy says the same in every primary",
    why: "One host then behaves in one way or another by the region that a request comes from or goes to.",
    fix: "Make them the same; what shall differ by region is said in one object, as a locality table.",
    severity: "error",
    find: (mesh) =>
      [...TRAFFIC, ...SECURITY].flatMap((kind) =>
        keysOf(mesh, kind).flatMap((variants) => differences(variants)),
      ),
  }),
  meshRule({
    code: "GM902",
    title: "A policy stands in every primary that has what it is about",
    why: "Where it is missing, requests of the same host are routed otherwise, or workloads are open that are closed elsewhere.",
    fix: "Bind its entry to the same clusters as the service, or apply it in the clusters that lack it.",
    severity: "error",
    find: (mesh) =>
      mesh.clusters.length < 2
        ? []
        : [...TRAFFIC, ...SECURITY].flatMap((kind) =>
            keysOf(mesh, kind).flatMap((variants) => absences(variants, mesh)),
          ),
  }),
];

function keysOf(mesh: MeshView, kind: string): readonly (readonly Variant[])[] {
  return mesh.variants(kind).flatMap(({ at: one }) => {
    const variants = mesh.byKey.get(one.key) ?? [];
    return variants[0]?.at === one ? [variants] : [];
  });
}

/** What most clusters say is the norm; of two that are as frequent, the one that comes first. */
function differences(variants: readonly Variant[]): readonly Found[] {
  if (variants.length < 2) return [];
  const bySpec = new Map<string, { readonly at: Viewed; readonly clusters: string[] }>();
  for (const { at: one, clusters } of variants) {
    const text = canonical(one.spec);
    const same = bySpec.get(text);
    if (same === undefined) bySpec.set(text, { at: one, clusters: [...clusters] });
    else same.clusters.push(...clusters);
  }
  const [norm, ...others] = [...bySpec.values()].toSorted(
    (left, right) => right.clusters.length - left.clusters.length,
  );
  if (norm === undefined) return [];
  return others
    .filter(({ clusters }) => clusters.some((cluster) => !norm.clusters.includes(cluster)))
    .map((other) => {
      const setting = firstDifference("spec", other.at.spec, norm.at.spec);
      return {
        at: other.at,
        clusters: other.clusters,
        setting: setting.path,
        value: setting.left,
        allowed: `${canonical(setting.right)}, as in ${norm.clusters.join(", ")}`,
      };
    });
}

function absences(variants: readonly Variant[], mesh: MeshView): readonly Found[] {
  const having = new Set(variants.flatMap(({ clusters }) => clusters));
  const first = variants[0];
  if (first === undefined || having.size === mesh.clusters.length) return [];
  const lacking = mesh.clusters.filter(
    (cluster) => !cluster.remote && !having.has(cluster.name) && concerns(first.at, cluster, mesh),
  );
  if (lacking.length === 0) return [];
  return [
    {
      at: first.at,
      clusters: lacking.map(({ name }) => name),
      setting: "metadata.name",
      value: undefined,
      allowed: `${first.at.kind} ${first.at.namespace}/${first.at.name}, as in ${[...having].join(", ")}`,
    },
  ];
}

/** Whether a cluster has what a policy is about: the service itself, or workloads that it selects. */
function concerns(one: Viewed, cluster: ClusterView, { rootNamespace }: MeshView): boolean {
  if (TRAFFIC.includes(one.kind)) {
    const gateways = texts(at(one.spec, "gateways"));
    if (gateways.length > 0 && !gateways.includes("mesh")) return false;
    const hosts = [...texts(at(one.spec, "hosts")), ...texts([at(one.spec, "host")])];
    return hosts.some((host) => cluster.hosts.declares(fullHost(host, one)));
  }
  if (one.namespace === rootNamespace) return cluster.objects.length > 0;
  return cluster.workloads.canMatch(one.namespace, labelsOf(at(one.spec, "selector", "matchLabels")));
}

/** The same text for the same fields in whatever order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isFields(value)) return value === undefined ? "nothing" : JSON.stringify(value);
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

interface Difference {
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

function firstDifference(path: string, left: unknown, right: unknown): Difference {
  if (Array.isArray(left) && Array.isArray(right)) {
    const index = left.findIndex((item, place) => canonical(item) !== canonical(right[place]));
    return index < 0
      ? { path, left, right }
      : firstDifference(`${path}[${index}]`, left[index], right[index]);
  }
  if (!isFields(left) || !isFields(right)) return { path, left, right };
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
  const key = keys.find((one) => canonical(left[one]) !== canonical(right[one]));
  return key === undefined ? { path, left, right } : firstDifference(`${path}.${key}`, left[key], right[key]);
}
