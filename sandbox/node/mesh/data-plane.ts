import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, userFolder } from "../../addresses";
import { isNotFound, type KubeClient } from "../../kube";
import { imageName, PROXY_IMAGE } from "../images";
import type { NodeSpec } from "../nodes";
import type { PodNetwork, Runner } from "../runners";
import { runnerOf } from "../runners";
import { namespaceOf, uidOf, type Container, type Pod } from "../types";
import { captureFilter, PROXY_FOLDER } from "./capture";
import { podLocalhost } from "./localhost";
import type { ProxyPlaces } from "./places";
import { PodRelay } from "./relay";
import { workloadEntry } from "./workload-entry";

/** What the data plane of a region needs. */
export interface DataPlaneOptions {
  readonly kube: KubeClient;
  readonly runners: readonly Runner[];
  readonly nodes: readonly NodeSpec[];
  readonly region: string;
  /** Port of localhost at which the region's proxies find istiod. */
  readonly istiodPort: number;
  readonly places: ProxyPlaces;
  log(line: string): void;
}

/** A pod of the data plane that runs. */
interface Member {
  readonly pod: Pod;
  readonly address: string;
  readonly network: PodNetwork;
  relay?: PodRelay | undefined;
  ready: boolean;
  /** Writes of its registration, one after the other. */
  written: Promise<unknown>;
}

/** Ports at which gateways listen until it is known what the mesh asks of them. */
const GATEWAY_PORTS = [80, 443, 8080, 8443, 15012, 15017, 15443, 31400] as const;

const MANAGER = "sandbox-node-agent";

/**
 * The data plane of one region: decides which pods run with it, stands in for the iptables of each, and registers
 * those that are ready.
 */
export class DataPlane {
  private readonly members = new Map<string, Member>();
  /** Pods that found no place; they find none later either, so that what is reported stays true. */
  private readonly refused = new Set<string>();
  private captured: Promise<void> | undefined;

  constructor(private readonly o: DataPlaneOptions) {}

  /** Whether a pod is one that the data plane would run: the application, or a gateway. */
  claims(pod: Pod): boolean {
    return pod.spec.containers.some((container) => {
      if (this.runner(container)?.dataPlane !== true) return false;
      return imageName(container.image) !== PROXY_IMAGE || container.args?.[1] === "router";
    });
  }

  /** Whether a pod of the data plane has a place; asked first, it takes one. */
  admits(pod: Pod): boolean {
    const uid = uidOf(pod);
    if (this.refused.has(uid)) return false;
    if (!this.hasProxy(pod) || this.o.places.take(uid)) return true;
    this.refused.add(uid);
    return false;
  }

  /** How many pods of the region were refused a place. */
  get refusals(): number {
    return this.refused.size;
  }

  /** Takes a pod in. */
  join(pod: Pod, address: string): PodNetwork {
    const network: PodNetwork = {
      localhost: podLocalhost(address),
      proxied: this.hasProxy(pod),
      sockets: join(socketFolder(), address),
      region: this.o.region,
      istiodPort: this.o.istiodPort,
      token: randomBytes(24).toString("hex"),
    };
    this.members.set(uidOf(pod), { pod, address, network, ready: false, written: Promise.resolve() });
    return network;
  }

  /** Makes ready what a container needs around it, before it starts. */
  async prepare(pod: Pod, container: Container, root: string): Promise<void> {
    const member = this.members.get(uidOf(pod));
    if (member === undefined) return;
    if (imageName(container.image) !== PROXY_IMAGE) return;
    const folder = join(root, PROXY_FOLDER);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(member.network.sockets, { force: true });
    symlinkSync(folder, member.network.sockets);
    await this.capture();
    if (member.relay !== undefined) return;
    const relay = new PodRelay({
      address: member.address,
      localhost: member.network.localhost,
      ports: applicationPorts(pod),
      sockets: member.network.sockets,
    });
    await relay.start();
    member.relay = relay;
  }

  /** Registers a pod that became ready, or takes its registration back. */
  ready(pod: Pod, ready: boolean): void {
    const member = this.members.get(uidOf(pod));
    if (member === undefined || member.ready === ready) return;
    member.ready = ready;
    member.written = member.written
      .then(() => this.register(pod, member))
      .catch((error: unknown) => this.o.log(`registration of ${pod.metadata.name}: ${String(error)}`));
  }

  /** Lets a pod go that has ended; done when its registration is gone. */
  async leave(pod: Pod): Promise<void> {
    const uid = uidOf(pod);
    this.refused.delete(uid);
    this.o.places.release(uid);
    const member = this.members.get(uid);
    if (member === undefined) return;
    this.ready(pod, false);
    this.members.delete(uid);
    await member.written;
    await member.relay?.stop();
    rmSync(member.network.sockets, { force: true });
  }

  /** The running pods of a workload, e.g. to send a request as it. */
  running(): readonly { readonly pod: Pod; readonly address: string; readonly network: PodNetwork }[] {
    return [...this.members.values()].filter(({ ready }) => ready);
  }

  private async register(pod: Pod, { address, ready }: Member): Promise<void> {
    const spec = this.o.nodes.find(({ name }) => name === pod.spec.nodeName);
    const zone = spec?.labels["topology.kubernetes.io/zone"] ?? "";
    const entry = workloadEntry(pod, { address, region: this.o.region, zone });
    if (ready) {
      await this.o.kube.apply(entry, { fieldManager: MANAGER, force: true });
      return;
    }
    const { apiVersion, kind, metadata } = entry;
    await this.o.kube
      .delete({ apiVersion, kind, namespace: namespaceOf(pod), name: metadata.name })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  /** The one object for all proxies; they must find it when they first ask istiod. */
  private capture(): Promise<void> {
    this.captured ??= this.o.kube
      .apply(captureFilter(GATEWAY_PORTS), { fieldManager: MANAGER, force: true })
      .then(() => undefined)
      .catch((error: unknown) => {
        this.captured = undefined;
        throw error;
      });
    return this.captured;
  }

  private hasProxy(pod: Pod): boolean {
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].some(
      (container) => imageName(container.image) === PROXY_IMAGE && this.runner(container) !== undefined,
    );
  }

  private runner(container: Container): Runner | undefined {
    return runnerOf(container, this.o.runners);
  }
}

/** Whether a container only sets up what the sandbox sets up itself: Istio's iptables rules, or their check. */
export function isRedirectSetup({ image, args }: Container): boolean {
  return imageName(image) === PROXY_IMAGE && args?.[0] === "istio-iptables";
}

function applicationPorts(pod: Pod): number[] {
  const own = pod.spec.containers.filter(({ image }) => imageName(image) !== PROXY_IMAGE);
  return [...new Set(own.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)))];
}

/** Paths of sockets may have 107 characters, so those of the pods are reached by short links. */
function socketFolder(): string {
  const folder = join(userFolder(), "pods");
  makeFolder(folder);
  return folder;
}
