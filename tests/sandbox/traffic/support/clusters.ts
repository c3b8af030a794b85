import { senderOf } from "../../../../sandbox/node/mesh/members";
import { ADMIN_PORT } from "./doors";
import type { TestMesh } from "./mesh";
import type { Sender } from "./requests";

/** What Envoy says of one of its clusters, as far as tests ask. */
export interface EnvoyCluster {
  readonly name?: string;
  readonly circuit_breakers?: {
    readonly thresholds?: readonly {
      readonly max_connections?: number;
      readonly max_pending_requests?: number;
    }[];
  };
  readonly outlier_detection?: {
    readonly consecutive_5xx?: number;
    readonly interval?: string;
    readonly base_ejection_time?: string;
  };
}

interface Section {
  readonly dynamic_active_clusters?: readonly { readonly cluster?: EnvoyCluster }[];
  /** Those that wait for what they need, e.g. a file of authorities. */
  readonly dynamic_warming_clusters?: readonly { readonly cluster?: EnvoyCluster }[];
}

/** The clusters by which the proxy of a workload calls a host, one for each port and subset. */
export async function clustersOf(
  mesh: TestMesh,
  { region, workload }: Sender,
  host: string,
): Promise<readonly EnvoyCluster[]> {
  const { network } = senderOf(mesh.in(region).agent.dataPlane.running(), workload, region);
  const answer = await fetch(`http://${network.localhost}:${ADMIN_PORT}/config_dump`);
  const { configs } = (await answer.json()) as { readonly configs: readonly Section[] };
  return configs
    .flatMap(({ dynamic_active_clusters: active = [], dynamic_warming_clusters: warming = [] }) => [
      ...active,
      ...warming,
    ])
    .flatMap(({ cluster }) => {
      const [direction, , , of] = cluster?.name?.split("|") ?? [];
      return cluster !== undefined && direction === "outbound" && of === host ? [cluster] : [];
    });
}
