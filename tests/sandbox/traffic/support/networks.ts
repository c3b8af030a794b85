import { CROSS_NETWORK_PORT, EAST_WEST_NAME, EAST_WEST_NAMESPACE } from "../../../../istio/eastWest";
import { eventually } from "../../node/support/cluster";
import type { MeshOptions, TestMesh } from "./mesh";
import type { Sender } from "./requests";

/** A network of its own for each region, with a gateway that leads into it. */
export const MULTI_NETWORK: MeshOptions = { settings: { topology: "multi-network" } };

/** Where a region's network is entered. */
export interface Entrance {
  readonly address: string;
  readonly port: number;
}

/** The way into a region's network. */
export async function entranceOf(mesh: TestMesh, region: string): Promise<Entrance> {
  const ref = { kind: "Service", apiVersion: "v1", namespace: EAST_WEST_NAMESPACE, name: EAST_WEST_NAME };
  return await eventually(`an address of the east-west gateway of ${region}`, 60_000, async () => {
    const { status } = (await mesh.in(region).kube.get(ref)) as {
      status?: { loadBalancer?: { ingress?: { ip: string }[] } };
    };
    const address = status?.loadBalancer?.ingress?.[0]?.ip;
    return address === undefined ? undefined : { address, port: CROSS_NETWORK_PORT.port };
  });
}

/** Where the sender's proxy goes for the workloads of a host in a region, as address:port. */
export async function waysTo(
  mesh: TestMesh,
  from: Sender,
  host: string,
  region: string,
): Promise<readonly string[]> {
  const { endpoints } = await mesh.in(from.region).agent.dataPlane.beliefs(from.workload, host);
  const there = endpoints.filter(({ locality }) => locality.split("/")[0] === region);
  return [...new Set(there.map(({ address }) => address))];
}

/** The name by which callers of other networks ask a gateway for a service. */
export function sniOf(host: string, port: number): string {
  return `outbound_.${port}_._.${host}`;
}
