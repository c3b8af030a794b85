import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, userFolder, type IstiodPorts } from "../../addresses";
import type { KubeClient } from "../../kube";
import type { Order, Result } from "../../app/settings";
import { imageName, PROXY_IMAGE } from "../images";
import type { NodeSpec } from "../nodes";
import type { PodNetwork, Runner } from "../runners";
import { runnerOf } from "../runners";
import { isFinite, namespaceOf, uidOf, type Container, type Pod } from "../types";
import { beliefsOf, type Beliefs } from "./beliefs";
import { PROXY_FOLDER } from "./capture";
import { CaptureKeeper } from "./capture-keeper";
import { podLocalhost } from "./localhost";
import { applicationPorts, isApplication, isGateway, selects, webhookPorts, workloadName } from "./pods";
import type { ProxyPlaces } from "./places";
import { Registration, removeStale } from "./registration";
import { PodRelay } from "./relay";
import { sendAs } from "./requests";

/** What the data plane of a region needs. */
export interface DataPlaneOptions {
  readonly kube: KubeClient;
  readonly runners: readonly Runner[];
  readonly nodes: readonly NodeSpec[];
  readonly region: string;
  /** Ports of the region's own istiod. */
  readonly istiod: IstiodPorts;
  readonly places: ProxyPlaces;
  log(line: string): void;
}

/** A pod of the data plane. */
export interface RunningPod {
  readonly pod: Pod;
  readonly address: string;
  readonly network: PodNetwork;
}

/** Nobody is there to send a request. */
export class NoWorkloadError extends Error {
  override readonly name = "NoWorkloadError";
}

interface Member extends RunningPod {
  readonly registration: Registration;
  relay?: PodRelay | undefined;
}

/** Envoy's admin page, as Istio sets it. */
const ADMIN_PORT = 15000;

/**
 * The data plane of one region: decides which pods run with it, stands in for the iptables of each, and registers
 * those that are ready.
 */
export class DataPlane {
  private readonly members = new Map<string, Member>();
  /** Pods that found no place; they find none later either, so that what is reported stays true. */
  private readonly refused = new Set<string>();
  private readonly capture: CaptureKeeper;

  constructor(private readonly o: DataPlaneOptions) {
    this.capture = new CaptureKeeper(o.kube);
  }

  /** Whether a pod is one that the data plane would run: the application, or a gateway. */
  claims(pod: Pod): boolean {
    return pod.spec.containers.some((container) => {
      if (this.runner(container)?.dataPlane !== true) return false;
      return imageName(container.image) !== PROXY_IMAGE || container.args?.[1] === "router";
    });
  }

  /** Whether a pod of the data plane has a place; asked first, it takes one. One whose work ends may ask again. */
  admits(pod: Pod): boolean {
    const uid = uidOf(pod);
    if (this.refused.has(uid)) return false;
    if (!this.hasProxy(pod) || this.o.places.take(uid)) return true;
    if (!isFinite(pod)) this.refused.add(uid);
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
      token: randomBytes(24).toString("hex"),
    };
    const place = { address, region: this.o.region, zone: this.zoneOf(pod) };
    const registration = new Registration(this.o.kube, pod, place, this.o.log.bind(this.o));
    this.members.set(uidOf(pod), { pod, address, network, registration });
    return network;
  }

  /** Makes ready what a container needs around it, before it starts, and returns what it must know of it. */
  async prepare(pod: Pod, container: Container, root: string): Promise<PodNetwork | undefined> {
    const member = this.members.get(uidOf(pod));
    if (member === undefined || imageName(container.image) !== PROXY_IMAGE) return member?.network;
    await this.redirect(pod, member, root);
    return { ...member.network, istiodPort: await this.istiodPort() };
  }

  /** Registers a pod that became ready, or takes its registration back. */
  ready(pod: Pod, ready: boolean): void {
    this.members.get(uidOf(pod))?.registration.set(ready);
  }

  /** Takes back what an agent registered that did not end in order: its processes are gone. */
  async start(): Promise<void> {
    await removeStale(this.o.kube);
  }

  /** Gives up all ports; the pods and their registrations stay for a later agent. */
  async stop(): Promise<void> {
    for (const [uid, { relay, network }] of this.members) {
      await relay?.stop();
      rmSync(network.sockets, { force: true });
      this.o.places.release(uid);
    }
    this.members.clear();
    this.refused.clear();
  }

  /** Looks for ports of gateways that came in meanwhile. */
  async refresh(): Promise<void> {
    await this.capture.learn([...this.members.values()].map(({ pod }) => pod).filter(isGateway));
  }

  /** Lets a pod go that has ended; done when its registration is gone. */
  async leave(pod: Pod): Promise<void> {
    const uid = uidOf(pod);
    this.refused.delete(uid);
    this.o.places.release(uid);
    const member = this.members.get(uid);
    if (member === undefined) return;
    this.members.delete(uid);
    await member.registration.end();
    await member.relay?.stop();
    rmSync(member.network.sockets, { force: true });
  }

  /** How many proxies of the region have a place. */
  get proxies(): number {
    return [...this.members.values()].filter(({ network }) => network.proxied).length;
  }

  /** The ready gateway pods with these labels. */
  gateways(
    namespace: string,
    selector: Readonly<Record<string, string>>,
  ): readonly { readonly address: string; readonly sockets: string }[] {
    return this.running()
      .filter(({ pod }) => isGateway(pod) && namespaceOf(pod) === namespace && selects(selector, pod))
      .map(({ address, network }) => ({ address, sockets: network.sockets }));
  }

  /** The pods that are ready. */
  running(): readonly RunningPod[] {
    return [...this.members.values()].filter(({ registration }) => registration.isReady);
  }

  /**
   * Sends requests as a workload.
   *
   * @param workload value of its label `app`, with the namespace before it where several have that.
   */
  async send(workload: string, order: Order): Promise<Result[]> {
    return await sendAs(this.sender(workload).network, order);
  }

  /** What the proxy of a workload believes of a host. */
  async beliefs(workload: string, host: string): Promise<Beliefs> {
    const { network } = this.sender(workload);
    const answer = await fetch(`http://${network.localhost}:${ADMIN_PORT}/config_dump?include_eds`);
    return beliefsOf(await answer.json(), host);
  }

  private sender(workload: string): RunningPod {
    const [name = "", namespace] = workload.split("/").toReversed();
    const senders = this.running().filter(({ pod }) => isApplication(pod));
    const found = senders.find(
      ({ pod }) => workloadName(pod) === name && (namespace === undefined || namespace === namespaceOf(pod)),
    );
    if (found !== undefined) return found;
    const known = [...new Set(senders.map(({ pod }) => workloadName(pod)))].toSorted().join(", ");
    throw new NoWorkloadError(
      `no workload ${workload} is ready in ${this.o.region}; those that are: ${known === "" ? "none" : known}.`,
    );
  }

  /**
   * Where the proxies of the region find istiod: where the webhook is that injected them. In a remote cluster that is
   * the istiod of its primary.
   */
  private async istiodPort(): Promise<number> {
    const { https, secureGrpc } = this.o.istiod;
    const webhooks = await this.o.kube.list({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      labelSelector: "app=sidecar-injector",
    });
    // The ports of every istiod are laid out alike.
    return (webhooks.flatMap(webhookPorts)[0] ?? https) + (secureGrpc - https);
  }

  /** Stands in for the pod's iptables from now on. */
  private async redirect(pod: Pod, member: Member, root: string): Promise<void> {
    const { address, network } = member;
    const folder = join(root, PROXY_FOLDER);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(network.sockets, { force: true });
    symlinkSync(folder, network.sockets);
    if (isGateway(pod)) await this.capture.learn([pod]);
    await this.capture.ensure();
    if (member.relay !== undefined) return;
    const { localhost, sockets } = network;
    const relay = new PodRelay({ address, localhost, sockets, ports: applicationPorts(pod) });
    try {
      await relay.start();
    } catch (error) {
      await relay.stop();
      throw error;
    }
    member.relay = relay;
  }

  private zoneOf(pod: Pod): string {
    const node = this.o.nodes.find(({ name }) => name === pod.spec.nodeName);
    return node?.labels["topology.kubernetes.io/zone"] ?? "";
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

/** Paths of sockets may have 107 characters, so those of the pods are reached by short links. */
function socketFolder(): string {
  const folder = join(userFolder(), "pods");
  makeFolder(folder);
  return folder;
}
