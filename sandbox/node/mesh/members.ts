import { join } from "node:path";
import { makeFolder, userFolder } from "../../addresses";
import { processesOfContainer, type FoundProcess } from "../../processes/marked";
import type { PodNetwork } from "../runners";
import { namespaceOf, type Pod } from "../types";
import { isApplication, workloadName } from "./pods";
import type { Registration } from "./registration";
import type { PodRelay } from "./relay";

/** A pod of the data plane. */
export interface RunningPod {
  readonly pod: Pod;
  readonly address: string;
  readonly network: PodNetwork;
}

/** A pod of the data plane with all that is kept of it. */
export interface Member extends RunningPod {
  pod: Pod;
  readonly registration: Registration;
  /** Root folders of its containers that have started, by name. */
  readonly roots: Map<string, string>;
  relay?: PodRelay | undefined;
}

/** The processes of one container of a pod. */
export interface ContainerProcesses {
  readonly pod: string;
  readonly container: string;
  /** For a proxy `pilot-agent` and `envoy`, for the application `node`. */
  readonly processes: readonly FoundProcess[];
}

/** Nobody is there to send a request. */
export class NoWorkloadError extends Error {
  override readonly name = "NoWorkloadError";
}

/** The processes of a pod that run at this moment. */
export function processesOf({ pod, roots }: Member): ContainerProcesses[] {
  return [...roots].map(([container, root]) => ({
    pod: pod.metadata.name,
    container,
    processes: processesOfContainer(root),
  }));
}

/** The ready pod that sends as a workload. @param workload value of its label `app`, perhaps `namespace/` before it. */
export function senderOf(running: readonly RunningPod[], workload: string, region: string): RunningPod {
  const senders = running.filter(({ pod }) => isApplication(pod));
  const found = senders.find(({ pod }) => isNamed(pod, workload));
  if (found !== undefined) return found;
  const known = [...new Set(senders.map(({ pod }) => workloadName(pod)))].toSorted().join(", ");
  throw new NoWorkloadError(
    `no workload ${workload} is ready in ${region}; those that are: ${known === "" ? "none" : known}.`,
  );
}

/** Whether a pod is of a workload: its label `app`, with the namespace before it where several have that. */
export function isNamed(pod: Pod, workload: string): boolean {
  const [name = "", namespace] = workload.split("/").toReversed();
  return workloadName(pod) === name && (namespace === undefined || namespace === namespaceOf(pod));
}

/** Where the short link to a proxy's folder is: paths of sockets may have 107 characters. */
export function socketFolder(address: string): string {
  const folder = join(userFolder(), "pods");
  makeFolder(folder);
  return join(folder, address);
}
