import type { KubeObject } from "../../../../sandbox/kube";
import { workloadName } from "../../../../sandbox/node/mesh/pods";
import { eventually } from "../../node/support/cluster";
import { ADMIN_PORT } from "./doors";
import type { TestMesh } from "./mesh";
import type { Sender } from "./requests";

/** What a proxy was told by its istiod, from its own dump. */
export interface Told {
  /** Length of the whole dump as JSON, endpoints included. */
  readonly dumpBytes: number;
  readonly clusters: number;
  readonly listeners: number;
  /** Virtual hosts of the routes. */
  readonly hosts: number;
  readonly endpoints: number;
  /** Hosts of the clusters that lead out of the pod, in order. */
  readonly called: readonly string[];
  /** What the connection to istiod has brought since the proxy began. */
  readonly receivedBytes: number;
  /** Memory that Envoy has taken for itself. */
  readonly memoryBytes: number;
}

interface Section {
  readonly dynamic_active_clusters?: readonly { readonly cluster?: { readonly name?: string } }[];
  readonly dynamic_listeners?: readonly unknown[];
  readonly dynamic_route_configs?: readonly {
    readonly route_config?: { readonly virtual_hosts?: readonly unknown[] };
  }[];
  readonly dynamic_endpoint_configs?: readonly {
    readonly endpoint_config?: {
      readonly endpoints?: readonly { readonly lb_endpoints?: readonly unknown[] }[];
    };
  }[];
}

/** Asks the proxy of a workload, by Envoy's own admin page. */
export async function toldOf(mesh: TestMesh, { region, workload }: Sender): Promise<Told> {
  const dump = await (await admin(mesh, { region, workload }, "config_dump?include_eds")).text();
  const { configs } = JSON.parse(dump) as { readonly configs: readonly Section[] };
  const clusters = configs.flatMap(({ dynamic_active_clusters: active = [] }) =>
    active.map(({ cluster }) => cluster?.name ?? ""),
  );
  const answer = await admin(mesh, { region, workload }, "stats?format=json");
  const { stats } = (await answer.json()) as {
    readonly stats: readonly { readonly name?: string; readonly value?: number }[];
  };
  const stat = (name: string): number => {
    const value = stats.find((one) => one.name === name)?.value;
    if (value === undefined) throw new Error(`the proxy of ${workload} has no statistic ${name}`);
    return value;
  };
  return {
    dumpBytes: dump.length,
    clusters: clusters.length,
    listeners: configs.flatMap(({ dynamic_listeners: all = [] }) => all).length,
    hosts: configs.flatMap(({ dynamic_route_configs: all = [] }) =>
      all.flatMap(({ route_config: configuration }) => configuration?.virtual_hosts ?? []),
    ).length,
    endpoints: configs.flatMap(({ dynamic_endpoint_configs: all = [] }) =>
      all.flatMap(({ endpoint_config: configuration }) =>
        (configuration?.endpoints ?? []).flatMap(({ lb_endpoints: some = [] }) => some),
      ),
    ).length,
    called: [
      ...new Set(
        clusters.flatMap((name) => (name.startsWith("outbound|") ? [name.split("|")[3] ?? ""] : [])),
      ),
    ].toSorted(),
    // Istio ends the names of its clusters in statistics with a semicolon.
    receivedBytes: stat("cluster.xds-grpc;.upstream_cx_rx_bytes_total"),
    memoryBytes: stat("server.memory_allocated"),
  };
}

/** The same, once it is as wished: istiod tells a proxy a moment after the API server was told. */
export function toldWhen(
  mesh: TestMesh,
  from: Sender,
  what: string,
  wished: (told: Told) => boolean,
): Promise<Told> {
  return eventually(`${what} at the proxy of ${from.workload}`, 120_000, async () => {
    const told = await toldOf(mesh, from);
    return wished(told) ? told : undefined;
  });
}

interface Clusters {
  readonly cluster_statuses?: readonly {
    readonly name?: string;
    readonly host_statuses?: readonly {
      readonly stats?: readonly { readonly name?: string; readonly value?: string }[];
    }[];
  }[];
}

/**
 * What the proxy of a workload, or of a gateway, has sent to the endpoints of a cluster that it has now: connections
 * and requests, whichever it counts more of. 0 where it knows no such cluster.
 */
export async function sentBy(mesh: TestMesh, by: Sender, cluster: string): Promise<number> {
  const answer = (await (await admin(mesh, by, "clusters?format=json")).json()) as Clusters;
  const hosts = (answer.cluster_statuses ?? [])
    .filter(({ name }) => name === cluster)
    .flatMap(({ host_statuses: statuses = [] }) => statuses);
  const total = (stat: string): number =>
    hosts
      .flatMap(({ stats = [] }) => stats.filter(({ name }) => name === stat))
      .reduce((sum, { value = "0" }) => sum + Number(value), 0);
  return Math.max(total("rq_total"), total("cx_total"));
}

/** An object of the mesh without what keeps proxies from being told of it. */
export function unscoped(object: KubeObject): KubeObject | undefined {
  if (object.kind === "Sidecar") return undefined;
  const spec = Object.entries(object["spec"] ?? {}).filter(([key]) => key !== "exportTo");
  return { ...object, spec: Object.fromEntries(spec) };
}

async function admin(mesh: TestMesh, { region, workload }: Sender, page: string): Promise<Response> {
  const pod = mesh
    .in(region)
    .agent.dataPlane.running()
    .find(({ pod }) => workloadName(pod) === workload);
  if (pod === undefined) throw new Error(`no workload ${workload} runs in ${region}`);
  return await fetch(`http://${pod.network.localhost}:${ADMIN_PORT}/${page}`);
}
