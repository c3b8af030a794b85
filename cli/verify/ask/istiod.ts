import { asking } from "../check";
import type { ClusterSync, IstiodFacts, ProxySync, PushFacts, RegionFacts } from "../facts";

/** A pod of istiod. */
export interface IstiodPod {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
}

/** A way to the debug pages of an istiod. */
export interface IstiodDoor {
  /** The page at a path of the port for monitoring, which has `/version`, `/metrics` and `/debug/…`. */
  get(pod: IstiodPod, path: string): Promise<string>;
}

/** Port of istiod's container that answers for monitoring; to whom comes by localhost without a sign-in. */
export const MONITORING_PORT = 15014;

/** Asks each istiod pod of a region: one that does not answer takes nothing from what the others say. */
export async function askIstiods(
  door: IstiodDoor,
  pods: readonly IstiodPod[],
  signal: AbortSignal,
): Promise<Pick<RegionFacts, "istiods" | "silent">> {
  const all = await Promise.all(pods.map((pod) => asking(() => askIstiod(door, pod), signal)));
  const value = all.flatMap((one) => ("value" in one ? [one.value] : []));
  const silent = all.find((one) => "failed" in one);
  if (silent === undefined) return { istiods: { value } };
  return value.length === 0 ? { istiods: silent } : { istiods: { value }, silent: silent.failed };
}

/** Asks one istiod for all that is judged of it. */
export async function askIstiod(door: IstiodDoor, pod: IstiodPod): Promise<IstiodFacts> {
  const [version, clusters, proxies, endpoints, metrics] = await Promise.all(
    ["/version", "/debug/clusterz", "/debug/syncz", "/debug/endpointShardz", "/metrics"].map((path) =>
      door.get(pod, path),
    ),
  );
  return {
    pod: pod.name,
    revision: pod.revision,
    version: (version ?? "").trim().split("-")[0] ?? "",
    clusters: readClusters(clusters ?? "[]"),
    proxies: readProxies(proxies ?? "[]"),
    workloads: readWorkloads(endpoints ?? "{}"),
    rejects: readRejects(metrics ?? ""),
  };
}

/** An istiod without any writes `null`. */
function readClusters(text: string): readonly ClusterSync[] {
  return (JSON.parse(text) as readonly ClusterSync[] | null) ?? [];
}

/** Short name of a type → how its fields begin that istiod has always written. */
const FIELDS = {
  Cluster: "cluster",
  ClusterLoadAssignment: "endpoint",
  Listener: "listener",
  RouteConfiguration: "route",
  TypedExtensionConfig: "extensionconfig",
} as const;

type Field = `${(typeof FIELDS)[keyof typeof FIELDS]}_${"acked" | "sent"}`;

interface SyncStatus extends Readonly<Partial<Record<Field, string>>> {
  readonly cluster_id?: string;
  readonly proxy?: string;
  /** By URL of the type. */
  readonly resources?: Readonly<Record<string, PushFacts>>;
}

/** Reads `/debug/syncz`. Before 1.31 it names no resources, and so neither errors, but what was sent and acknowledged. */
export function readProxies(text: string): readonly ProxySync[] {
  const all = (JSON.parse(text) as readonly SyncStatus[] | null) ?? [];
  return all.map((status) => {
    const { cluster_id = "", proxy = "", resources } = status;
    const pushes =
      resources === undefined
        ? fieldPushes(status)
        : Object.entries(resources).map(([type, push]) => [shortType(type), push] as const);
    return { proxy, cluster: cluster_id, resources: Object.fromEntries(pushes) };
  });
}

/** The pushes by the fields of single types. */
function fieldPushes(status: SyncStatus): readonly (readonly [string, PushFacts])[] {
  return Object.entries(FIELDS).flatMap(([type, field]) => {
    const { [`${field}_sent` as const]: sent, [`${field}_acked` as const]: acked } = status;
    return sent === undefined ? [] : [[type, { sent, ...(acked === undefined ? {} : { acked }) }] as const];
  });
}

interface Endpoint {
  readonly Addresses?: readonly string[] | null;
  readonly Locality?: { readonly ClusterID?: string };
}

/** By host, then by namespace. */
type Services = Readonly<Record<string, Readonly<Record<string, EndpointShards>>>>;

interface EndpointShards {
  /** By registry. */
  readonly Shards?: Readonly<Record<string, readonly Endpoint[] | null>>;
}

/** Reads of `/debug/endpointShardz` how many addresses of each cluster an istiod hands out; nothing else is kept. */
export function readWorkloads(text: string): Readonly<Record<string, number>> {
  const services = (JSON.parse(text) as Services | null) ?? {};
  const endpoints = Object.values(services)
    .flatMap((namespaces) => Object.values(namespaces))
    .flatMap(({ Shards: shards = {} }) => Object.values(shards))
    .flatMap((shard) => shard ?? []);
  // One workload is in several services, and in each once for every port.
  const known = new Map<string, Set<string>>();
  for (const { Addresses: addresses, Locality: locality } of endpoints) {
    const cluster = locality?.ClusterID ?? "";
    const seen = known.get(cluster) ?? new Set();
    known.set(cluster, seen);
    for (const address of addresses ?? []) seen.add(address);
  }
  return Object.fromEntries([...known].map(([cluster, seen]) => [cluster, seen.size]));
}

/** `Cluster` of `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
function shortType(url: string): string {
  return url.split(".").at(-1) ?? url;
}

/** The sum of `pilot_total_xds_rejects` over all types; it is absent as long as it is nothing. */
export function readRejects(metrics: string): number {
  const values = [...metrics.matchAll(/^pilot_total_xds_rejects(?:\{[^}]*\})? (\S+)$/gm)];
  return values.reduce((sum, [, value = "0"]) => sum + Number(value), 0);
}
