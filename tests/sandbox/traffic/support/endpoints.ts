import { eventually } from "../../node/support/cluster";
import type { TestMesh } from "./mesh";
import type { Sender } from "./requests";

/** A busy machine takes its time to start a pod. */
const LIMIT_MS = 240_000;

/** How many workloads are known in each region. */
export type Known = Readonly<Record<string, number>>;

/**
 * How many workloads of a host the sender's proxy knows in each region. The gateway of another network has the weight
 * of those behind it.
 */
export async function workloadsKnown(mesh: TestMesh, from: Sender, host: string): Promise<Known> {
  const { endpoints } = await mesh.in(from.region).agent.dataPlane.beliefs(from.workload, host);
  const known: Record<string, number> = {};
  for (const { cluster, locality, weight } of endpoints) {
    // The workloads have other names, too, by which they are known a second time.
    if (cluster.split("|")[3] !== host) continue;
    const region = locality.split("/")[0] ?? "";
    known[region] = (known[region] ?? 0) + weight;
  }
  return known;
}

/** Waits until the sender's proxy knows so many workloads of a host in these regions, and no others; how long that took. */
export async function untilKnown(mesh: TestMesh, from: Sender, host: string, wanted: Known): Promise<number> {
  const begin = Date.now();
  const what = `${told(wanted)} workloads of ${host} at the proxy of ${from.region}/${from.workload}`;
  let last = "nothing";
  try {
    await eventually(what, LIMIT_MS, async () => {
      last = told(await workloadsKnown(mesh, from, host));
      return last === told(wanted) ? true : undefined;
    });
  } catch (error) {
    throw new Error(`${String(error)}; it knows ${last}`, { cause: error });
  }
  return Date.now() - begin;
}

function told(known: Known): string {
  return Object.keys(known)
    .toSorted()
    .map((region) => `${region}: ${known[region] ?? 0}`)
    .join(", ");
}
