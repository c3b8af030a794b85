import type { Container } from "../types";

/** The programs that containers are run with. Images without a program here are simulated. */
export interface Executables {
  readonly pilotDiscovery?: string | undefined;
}

/** What a runner gets of a container that is about to start. */
export interface RunContext {
  readonly container: Container;
  /** The container's args, `$(NAME)` expanded. */
  readonly args: readonly string[];
  /** The container's environment, with absolute paths below a mount turned into those of the pod's folder. */
  readonly env: Readonly<Record<string, string>>;
  /** The loopback address of the pod: here it listens, on the ports that its spec names. */
  readonly address: string;
  /** The pod's root folder; mount paths lie below it, and the process starts in it. */
  readonly root: string;
  /** A kubeconfig for the pod's service account; undefined when the pod mounts no token. */
  readonly kubeconfig?: string | undefined;
}

/** A process to start for a container. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Knows how to run the containers of one image as a local process. */
export interface Runner {
  /** Last path component of the image, e.g. "pilot" of "docker.io/istio/pilot:1.31.1". */
  readonly image: string;
  /** Whether it can run this container; an image may have several entry points. */
  claims(container: Container): boolean;
  command(context: RunContext): Command;
}
