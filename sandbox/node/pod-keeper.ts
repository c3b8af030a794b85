import type { RegionAddresses } from "../addresses/layout";
import type { KubeClient } from "../kube";
import type { ProcessRegistry } from "../processes";
import type { EventRecorder } from "./events";
import type { NodeSpec } from "./nodes";
import type { Reference } from "./objects";
import type { DataPlane } from "./mesh/data-plane";
import { MOST_PROXIES } from "./mesh/places";
import { isRedirectSetup } from "./mesh/pods";
import { PodRun } from "./pod-run";
import { runnerOf, type Runner } from "./runners";
import { deleteForGood, label, simulate, SIMULATED_LABEL } from "./simulated-pods";
import type { PodAddresses } from "./status";
import { hasEnded, isReplaced, namespaceOf, uidOf, type Container, type Pod } from "./types";
import { clusterAddress, loopbackAddress, WorkloadAddresses } from "./workload-address";

/** What keeping the pods needs of the node agent. */
export interface PodKeeperOptions {
  readonly kube: KubeClient;
  readonly registry: ProcessRegistry;
  readonly events: EventRecorder;
  readonly addresses: RegionAddresses;
  readonly region: string;
  readonly folder: string;
  readonly logFolder: string;
  readonly server: string;
  readonly runners: readonly Runner[];
  readonly nodes: readonly NodeSpec[];
  readonly dataPlane: DataPlane;
  /** A pod with processes became ready, or is no longer. */
  onReady(pod: Pod, address: string, ready: boolean): void;
  log(line: string): void;
}

/** Knows all pods of the cluster and brings those on our nodes to life, or to their end. */
export class PodKeeper {
  private readonly pods = new Map<string, Pod>();
  private readonly runs = new Map<string, PodRun>();
  /** Pods with a request under way. */
  private readonly busy = new Set<string>();
  private readonly workloads: WorkloadAddresses;
  private stopped = false;

  constructor(private readonly o: PodKeeperOptions) {
    this.workloads = new WorkloadAddresses(o.addresses);
  }

  /** All pods by uid. */
  get all(): ReadonlyMap<string, Pod> {
    return this.pods;
  }

  /** How many pods on our nodes have no process behind them. */
  simulated(): number {
    return [...this.pods.values()].filter((pod) => this.isOurs(pod) && !this.hasProcess(pod)).length;
  }

  /** Takes the whole list of pods; returns those that are gone. */
  replaceAll(pods: readonly Pod[]): Pod[] {
    const present = new Set(pods.map(uidOf));
    const gone = [...this.pods.values()].filter((pod) => !present.has(uidOf(pod)));
    for (const pod of gone) this.gone(pod);
    // Those with an address first, so that no new pod takes it.
    for (const pod of pods.toSorted(
      (a, b) => Number(b.status?.podIP !== undefined) - Number(a.status?.podIP !== undefined),
    ))
      this.take(pod);
    return gone;
  }

  /** Takes the current version of a pod. */
  take(pod: Pod): void {
    if (this.stopped) return;
    this.pods.set(uidOf(pod), pod);
    if (!this.isOurs(pod)) return;
    if (pod.metadata.deletionTimestamp !== undefined) this.once(pod, () => this.finish(pod));
    else if (hasEnded(pod)) return;
    else if (this.runs.has(uidOf(pod)) || this.isReal(pod)) this.takeReal(pod);
    else this.once(pod, () => this.simulate(pod));
  }

  /** Takes note that a pod is gone from the cluster. */
  gone(pod: Pod): void {
    const uid = uidOf(pod);
    this.pods.delete(uid);
    const run = this.runs.get(uid);
    this.runs.delete(uid);
    void this.clear(pod, run);
  }

  /** Tells the pods that name this object. */
  objectChanged(reference: Reference, namespace: string | undefined): void {
    for (const [uid, run] of this.runs) {
      const pod = this.pods.get(uid);
      if (pod !== undefined && namespaceOf(pod) === namespace && run.names(reference)) run.refresh();
    }
  }

  /** Does again what failed before; what is done is not touched. */
  retry(): void {
    for (const pod of this.pods.values()) this.take(pod);
  }

  /** Ends all processes and leaves the pods in the cluster. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.runs.values()].map((run) => run.end(8_000, false)));
    this.runs.clear();
  }

  private takeReal(pod: Pod): void {
    const uid = uidOf(pod);
    const run = this.runs.get(uid);
    if (run !== undefined) {
      run.update(pod);
      this.o.dataPlane.update(pod);
    } else {
      const { addresses, address } = this.place(pod);
      const { dataPlane } = this.o;
      const isMember = dataPlane.admission.claims(pod);
      const started = new PodRun(pod, {
        ...this.o,
        // Where a pod of the data plane is, its registration says.
        addresses: isMember ? { hostIP: addresses.hostIP } : addresses,
        podIP: isMember ? address : addresses.podIP,
        address,
        network: isMember ? dataPlane.join(pod, address) : undefined,
        runner: (container) => this.runner(pod, container),
        prepare: (container, root) => dataPlane.prepare(pod, container, root),
        drain: (container) => dataPlane.drain(pod, container),
        onReady: (ready) => this.o.onReady(pod, address, ready),
        log: (line) => this.o.log(line),
      });
      this.runs.set(uid, started);
      void started
        .run()
        .then((ended) => (ended ? dataPlane.leave(pod) : undefined))
        .catch((error: unknown) => this.complain(pod, error));
      const partly = this.containers(pod).some(
        (container) => this.runner(pod, container) === undefined && !isRedirectSetup(container),
      );
      // It may have been simulated before, for want of a place or of programs.
      this.once(pod, () => label(this.o.kube, pod, partly ? "partly" : undefined));
    }
  }

  /** Ends what is left of a pod that is gone. Another pod gets its address when nobody listens there any more. */
  private async clear(pod: Pod, run: PodRun | undefined): Promise<void> {
    const complain = (error: unknown): void => this.complain(pod, error);
    // Deleted by force: nobody waits for the processes any more.
    await run?.end(1_000, false).catch(complain);
    await this.o.dataPlane.leave(pod).catch(complain);
    this.workloads.release(uidOf(pod));
  }

  private async finish(pod: Pod): Promise<void> {
    const uid = uidOf(pod);
    const run = this.runs.get(uid);
    if (run !== undefined) {
      const grace = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
      await this.o.dataPlane.retire(pod);
      await run.end(grace * 1000, true);
      await this.o.dataPlane.leave(pod);
      this.runs.delete(uid);
    }
    await deleteForGood(this.o.kube, pod);
  }

  /** One piece of work at a time for a pod; a failure is logged, and tried again by `retry`. */
  private once(pod: Pod, work: () => Promise<void>): void {
    const uid = uidOf(pod);
    if (this.busy.has(uid)) return;
    this.busy.add(uid);
    void work()
      .catch((error: unknown) => this.complain(pod, error))
      .finally(() => {
        this.busy.delete(uid);
        // What came in meanwhile, a deletion above all, was not looked at.
        const now = this.pods.get(uid);
        if (now !== undefined && now !== pod) this.take(now);
      });
  }

  /** A pod of the data plane without a place has no address: a Service must not send it what nobody answers. */
  private async simulate(pod: Pod): Promise<void> {
    const { addresses } = this.place(pod);
    const { dataPlane, events, kube } = this.o;
    if (!dataPlane.admission.claims(pod)) {
      await simulate(kube, pod, addresses);
      return;
    }
    const taken = `all ${MOST_PROXIES} places for proxies are taken`;
    const isNew = pod.metadata.labels?.[SIMULATED_LABEL] === undefined;
    // What nobody replaces waits until another pod gives its place back. Work that ends is not said to be done, either.
    if (isNew && !isReplaced(pod)) {
      await events.record(pod, "Warning", "NoPlaceForProxy", `${taken}: the pod waits for one`);
      return;
    }
    const words = `${taken}: the pod is reported ready with no process behind it`;
    if (isNew) await events.record(pod, "Warning", "NoPlaceForProxy", words);
    await simulate(kube, pod, { hostIP: addresses.hostIP });
  }

  private place(pod: Pod): { addresses: PodAddresses & { readonly podIP: string }; address: string } {
    const node = this.o.nodes.find(({ name }) => name === pod.spec.nodeName);
    const hostIP = node?.address ?? "";
    if (pod.spec.hostNetwork === true)
      return { addresses: { podIP: hostIP, hostIP }, address: loopbackAddress(hostIP) };
    const known = pod.status?.podIP;
    const address = this.workloads.take(uidOf(pod), known === undefined ? undefined : loopbackAddress(known));
    return { addresses: { podIP: clusterAddress(address), hostIP }, address };
  }

  private isOurs(pod: Pod): boolean {
    return this.o.nodes.some(({ name }) => name === pod.spec.nodeName);
  }

  /** Whether there are processes behind a pod, or were. */
  private hasProcess(pod: Pod): boolean {
    return hasEnded(pod) ? pod.metadata.labels?.[SIMULATED_LABEL] === undefined : this.runs.has(uidOf(pod));
  }

  /** Whether a pod is to be run. To ask takes a place for its proxy, so it is not asked of one that runs. */
  private isReal(pod: Pod): boolean {
    return this.containers(pod).some((container) => this.runner(pod, container) !== undefined);
  }

  /** What runs a container. A proxy beside an unknown application would stand before nothing, so it is left out. */
  private runner(pod: Pod, container: Container): Runner | undefined {
    const runner = runnerOf(container, this.o.runners);
    const { dataPlane } = this.o;
    if (runner?.dataPlane !== true) return runner;
    const { admission } = dataPlane;
    return admission.claims(pod) && admission.admits(pod) ? runner : undefined;
  }

  private containers(pod: Pod) {
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  }

  private complain(pod: Pod, error: unknown): void {
    this.o.log(
      `pod ${namespaceOf(pod)}/${pod.metadata.name}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
