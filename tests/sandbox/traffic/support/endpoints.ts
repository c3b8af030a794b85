import { eventually } from "../../node/support/cluster";
import type { TestMesh } from "./mesh";
import type { Sender } from "./requests";

/** The regions in which the sender's proxy knows workloads of a host. */
export async function regionsKnown(mesh: TestMesh, from: Sender, host: string): Promise<string[]> {
  const { endpoints } = await mesh.in(from.region).agent.dataPlane.beliefs(from.workload, host);
  return [...new Set(endpoints.map(({ locality }) => locality.split("/")[0] ?? ""))].toSorted();
}

/** Waits until the sender's proxy knows workloads of a host in these regions and no others; how long that took. */
export async function untilKnown(
  mesh: TestMesh,
  from: Sender,
  host: string,
  regions: readonly string[],
): Promise<number> {
  const begin = Date.now();
  const wanted = regions.toSorted().join(", ");
  await eventually(`workloads of ${host} in ${wanted} at the proxy of ${from.region}`, 120_000, async () => {
    const known = await regionsKnown(mesh, from, host);
    return known.join(", ") === wanted ? true : undefined;
  });
  return Date.now() - begin;
}
