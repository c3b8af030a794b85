import { readdirSync } from "node:fs";
import path from "node:path";
import { signalProcess } from "../../../../sandbox/processes";
import { processesOfContainersIn } from "../../../../sandbox/processes/marked";
import type { TestCluster } from "../../node/support/cluster";

/**
 * Kills the processes of the pods of a workload in a region, proxies included, as the end of their node would.
 * Returns how many there were.
 *
 * @param namespace of the pods.
 * @param workload beginning of the pods' names, e.g. `istiod`.
 */
export function killPods({ folder }: TestCluster, namespace: string, workload: string): number {
  const pods = path.join(folder, "pods");
  const own = readdirSync(pods).filter((name) => name.startsWith(`${namespace}_${workload}-`));
  const processes = own.flatMap((name) => processesOfContainersIn(path.join(pods, name)));
  for (const process of processes) signalProcess(process, "SIGKILL");
  return processes.length;
}
