import type { Container, Pod } from "../types";

/** The programs that containers are run with. Images without a program here are simulated. */
export interface Executables {
  readonly pilotDiscovery?: string | undefined;
  /** Without it no proxy and no application is run, and no request passes. */
  readonly dataPlane?: DataPlanePrograms | undefined;
}

/** The programs of the data plane. */
export interface DataPlanePrograms {
  readonly pilotAgent: string;
  readonly envoy: string;
  /** Istio's bootstrap template, as its module has it. */
  readonly bootstrap: string;
  /** The application, as one file for Node. */
  readonly app: string;
}

/** What a pod of the data plane knows of its surroundings. */
export interface PodNetwork {
  /** What 127.0.0.1 is in this pod. */
  readonly localhost: string;
  /** Whether a proxy stands between the application and the pod's address. */
  readonly proxied: boolean;
  /** Short path of the folder in which the proxy takes connections. */
  readonly sockets: string;
  /** Region of the pod's node. */
  readonly region: string;
  /** Port of localhost at which the pod's proxy finds istiod; known when a container is about to start. */
  readonly istiodPort?: number;
  /** Port of localhost that the region's own node agent holds, so that nobody else can have it. */
  readonly heldPort: number;
  /** Lets in who may send requests through the application. */
  readonly token: string;
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
  readonly pod: Pod;
  /** Only in a pod of the data plane. */
  readonly network?: PodNetwork | undefined;
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
  /** Whether its containers belong to the data plane, which has places for so many pods only. @default false */
  readonly dataPlane?: boolean;
  /** Whether the container listens on the pod's localhost, behind the proxy, where there is one. @default false */
  readonly behindProxy?: boolean;
  /** Whether it can run this container; an image may have several entry points. */
  claims(container: Container): boolean;
  command(context: RunContext): Command;
}
