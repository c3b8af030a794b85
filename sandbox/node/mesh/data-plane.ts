import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { IstiodPorts } from "../../addresses";
import type { KubeClient } from "../../kube";
import type { Order, Result } from "../../app/settings";
import { imageName, PROXY_IMAGE } from "../images";
import type { NodeSpec } from "../nodes";
import type { PodNetwork, Runner } from "../runners";
import { namespaceOf, uidOf, type Container, type Pod } from "../types";
import { Admission } from "./admission";
import { configDump, drain, isForgotten } from "./admin";
import { beliefsOf, type Beliefs } from "./beliefs";
import { CaptureKeeper } from "./capture-keeper";
import { GatewayPorts } from "./gateway-ports";
import { istiodPort } from "./istiod-port";
import { inboundOf, type InboundBeliefs } from "./inbound";
import { podLocalhost } from "./localhost";
import {
  isNamed,
  processesOf,
  senderOf,
  socketFolder,
  type ContainerProcesses,
  type Member,
  type RunningPod,
} from "./members";
import { isGateway, selects } from "./pods";
import type { ProxyPlaces } from "./places";
import { foundAt, redirect } from "./redirect";
import { Registration, removeStale } from "./registration";
import { sendOnceOpen } from "./requests";

export { NoWorkloadError, type ContainerProcesses, type RunningPod } from "./members";

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

/** How long an ending pod waits for its callers to be told. */
const TELL_MS = 10_000;

/**
 * The data plane of one region: decides which pods run with it, stands in for the iptables of each, and registers
 * those that are ready.
 */
export class DataPlane {
  private readonly members = new Map<string, Member>();
  /** Which pods are to be run. */
  readonly admission: Admission;
  private readonly capture: CaptureKeeper;
  private readonly gatewayPorts: GatewayPorts;
  private refreshing: Promise<void> = Promise.resolve();

  constructor(private readonly o: DataPlaneOptions) {
    this.admission = new Admission(o.kube, o.runners, o.places);
    this.capture = new CaptureKeeper(o.kube);
    this.gatewayPorts = new GatewayPorts(o.kube, () => {
      this.refresh().catch((error: unknown) => o.log(`ports of gateways: ${String(error)}`));
    });
  }

  /** Takes a pod in. */
  join(pod: Pod, address: string): PodNetwork {
    const { kube, region, places, istiod } = this.o;
    const network: PodNetwork = {
      localhost: podLocalhost(address),
      proxied: this.admission.hasProxy(pod),
      sockets: socketFolder(address),
      region,
      heldPort: istiod.secureGrpc,
      token: randomBytes(24).toString("hex"),
    };
    const at = foundAt({ address, network, pod });
    const place = { address: at, region, zone: this.zoneOf(pod) };
    const registration = new Registration(kube, pod, place, this.o.log.bind(this.o));
    if (isGateway(pod)) registration.serve(this.gatewayPorts.served(pod).named);
    places.note(uidOf(pod), network.localhost);
    this.members.set(uidOf(pod), { pod, address, network, registration, roots: new Map() });
    return network;
  }

  /** Makes ready what a container needs around it, before it starts, and returns what it must know of it. */
  async prepare(pod: Pod, container: Container, root: string): Promise<PodNetwork | undefined> {
    const member = this.members.get(uidOf(pod));
    member?.roots.set(container.name, root);
    if (member === undefined || imageName(container.image) !== PROXY_IMAGE) return member?.network;
    await this.capture.ensure(isGateway(pod) ? this.gatewayPorts.listeners([pod]) : []);
    await redirect(member, root, this.gatewayPorts);
    return { ...member.network, istiodPort: await istiodPort(this.o.kube, this.o.istiod) };
  }

  /** Registers a pod that became ready, or takes its registration back. */
  ready(pod: Pod, ready: boolean): void {
    this.members.get(uidOf(pod))?.registration.set(ready);
  }

  /** Takes a newer version of a pod: other labels are another subset, and perhaps another Service. */
  update(pod: Pod): void {
    const member = this.members.get(uidOf(pod));
    if (member === undefined) return;
    member.pod = pod;
    member.registration.update(pod);
  }

  /** Takes back what an agent registered that did not end in order, and follows what decides about gateways. */
  async start(): Promise<void> {
    await removeStale(this.o.kube);
    await this.gatewayPorts.start();
  }

  /** Gives up all ports and registrations; the pods stay, and a later agent runs and registers them again. */
  async stop(): Promise<void> {
    await this.gatewayPorts.stop();
    // Where nobody takes a registration back, the next agent does: one failure is enough.
    await Promise.all([...this.members.values()].map(({ registration }) => registration.end()));
    for (const [uid, { relay, network }] of this.members) {
      await relay?.stop();
      rmSync(network.sockets, { force: true });
      this.admission.forget(uid);
    }
    this.members.clear();
    this.admission.clear();
  }

  /** Looks for places that are free again, and keeps what proxies and gateways need as it is; one change at a time. */
  refresh(): Promise<void> {
    this.refreshing = this.refreshing
      .catch(() => undefined)
      .then(() => this.admission.makeAnew())
      .then(() => this.takePorts());
    return this.refreshing;
  }

  /**
   * Takes leave of a pod that is about to end: its registration goes, and its callers are told, before its processes
   * are. A real node leaves that time to a `preStop` hook, or to chance.
   */
  async retire(pod: Pod): Promise<void> {
    const member = this.members.get(uidOf(pod));
    if (member === undefined) return;
    const { registration } = member;
    await registration.end();
    if (!(await isForgotten(registration.address, this.o.places.localhosts, TELL_MS)))
      this.o.log(`pod ${pod.metadata.name} ends although not all proxies know that it does`);
  }

  /** Has Envoy take leave of its callers, where the container is a proxy that is about to be ended. */
  async drain(pod: Pod, container: Container): Promise<void> {
    const member = this.members.get(uidOf(pod));
    if (member === undefined || imageName(container.image) !== PROXY_IMAGE) return;
    await drain(member.network.localhost, isGateway(pod)).catch(() => undefined);
  }

  /** Lets a pod go that has ended; done when its registration is gone. */
  async leave(pod: Pod): Promise<void> {
    const uid = uidOf(pod);
    this.admission.forget(uid);
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
   * The processes of a workload's pods that run at this moment, ready or not, by container: to kill (`SIGKILL`) or
   * freeze (`SIGSTOP`) them by `signalProcess`, as a crash or a hang would. What was killed is started again after a
   * moment; what is frozen goes on after `SIGCONT`.
   *
   * @param workload value of the label `app`, with the namespace before it where several have that.
   */
  processes(workload: string): readonly ContainerProcesses[] {
    return [...this.members.values()].filter(({ pod }) => isNamed(pod, workload)).flatMap(processesOf);
  }

  /**
   * Sends requests as a workload.
   *
   * @param workload value of its label `app`, with the namespace before it where several have that.
   * @param signal ends what is under way. @default nothing does
   */
  async send(workload: string, order: Order, signal?: AbortSignal): Promise<Result[]> {
    return await sendOnceOpen(() => this.sender(workload).network, order, { signal });
  }

  /** What the proxy of a workload, or a gateway of that name, believes of a host. */
  async beliefs(workload: string, host: string): Promise<Beliefs> {
    const found = this.running().find(({ pod, network }) => network.proxied && isNamed(pod, workload));
    const { network } = found ?? this.sender(workload);
    return beliefsOf(await configDump(network.localhost), host);
  }

  /** What the proxy of a workload asks of those who call it. */
  async inbound(workload: string): Promise<InboundBeliefs> {
    return inboundOf(await configDump(this.sender(workload).network.localhost));
  }

  private async takePorts(): Promise<void> {
    if (this.proxies === 0) return;
    const gateways = [...this.members.values()].filter(({ pod }) => isGateway(pod));
    const pods = gateways.map(({ pod }) => pod);
    await this.capture.ensure(pods.length === 0 ? [] : this.gatewayPorts.listeners(pods));
    for (const { pod, registration, relay } of gateways) {
      const { named, relay: ports } = this.gatewayPorts.served(pod);
      registration.serve(named);
      await relay?.serve(ports);
    }
  }

  private sender(workload: string): RunningPod {
    return senderOf(this.running(), workload, this.o.region);
  }

  private zoneOf(pod: Pod): string {
    const node = this.o.nodes.find(({ name }) => name === pod.spec.nodeName);
    return node?.labels["topology.kubernetes.io/zone"] ?? "";
  }
}
