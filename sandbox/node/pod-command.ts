import type { Placement } from "./downward";
import { containerEnvironment, expand } from "./environment";
import type { PodObjects } from "./objects";
import { relocate, type PodFolder } from "./pod-folder";
import type { Command, PodNetwork, Runner } from "./runners";
import type { Container, Pod } from "./types";

/** What the command of a container is made of. */
export interface CommandSources {
  readonly pod: Pod;
  readonly container: Container;
  readonly runner: Runner;
  readonly folder: PodFolder;
  readonly objects: PodObjects;
  readonly placement: Placement;
  /** The pod's loopback address. */
  readonly address: string;
  /** Only in a pod of the data plane. */
  readonly network?: PodNetwork | undefined;
  /** The API server. */
  readonly server: string;
}

/**
 * The process to start for a container. Its environment is the container's and a few variables that every
 * container has; nothing of the sandbox's own environment, which holds the state's passphrase.
 */
export function containerCommand(sources: CommandSources): Command {
  const { pod, container, runner, folder, objects, placement, address } = sources;
  const root = folder.root(container);
  const own = containerEnvironment({ pod, container, placement, objects });
  const server = new URL(sources.server);
  return runner.command({
    container,
    pod,
    network: sources.network,
    args: (container.args ?? []).map((arg) => expand(arg, own)),
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: root,
      HOSTNAME: pod.metadata.name,
      // In a cluster these hold the cluster IP of the API server, which does not exist here.
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port,
      ...Object.fromEntries(
        Object.entries(own).map(([name, value]) => [name, relocate(value, container, root)]),
      ),
    },
    address,
    root,
    kubeconfig: folder.kubeconfig(container, sources.server),
  });
}
