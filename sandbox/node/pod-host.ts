import type { KubeClient } from "../kube";
import type { ProcessRegistry } from "../processes";
import type { EventRecorder } from "./events";
import type { PodNetwork, Runner } from "./runners";
import type { PodAddresses } from "./status";
import type { Container } from "./types";

/** What a pod needs of the node agent. */
export interface PodHost {
  readonly kube: KubeClient;
  readonly registry: ProcessRegistry;
  readonly events: EventRecorder;
  readonly region: string;
  /** Where the pods' folders are. */
  readonly folder: string;
  readonly logFolder: string;
  /** The API server's address and parts, for kubeconfigs and KUBERNETES_SERVICE_HOST. */
  readonly server: string;
  readonly addresses: PodAddresses;
  /** The pod's address, as its containers are told it. */
  readonly podIP: string;
  /** Where the pod's processes listen. */
  readonly address: string;
  /** Only for a pod of the data plane. */
  readonly network?: PodNetwork | undefined;
  runner(container: Container): Runner | undefined;
  /**
   * Called before each start of a container, with the folder that stands for "/" in it.
   *
   * @returns what the pod knows of its surroundings by now; undefined outside the data plane.
   */
  prepare(container: Container, root: string): Promise<PodNetwork | undefined>;
  /** Called before a container of a deleted pod is told to end. */
  drain(container: Container): Promise<void>;
  onReady(ready: boolean): void;
  log(line: string): void;
}
