import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Bell } from "./bell";
import { ContainerRun } from "./container-run";
import type { Placement } from "./downward";
import { ALLOCATABLE } from "./nodes";
import { HeldError, type Reference } from "./objects";
import { containerCommand } from "./pod-command";
import { PodFolder } from "./pod-folder";
import type { PodHost } from "./pod-host";
import { PodVolumes } from "./pod-volumes";
import type { Command, Runner } from "./runners";
import { SimulatedContainer } from "./simulated-container";
import { isReady, podStatus, type ContainerView } from "./status";
import { StatusWriter } from "./status-writer";
import { isSidecar, namespaceOf, type Container, type Pod } from "./types";

/** Volumes are compared with the cluster this often besides being told of changes: tokens come due. */
const MAINTENANCE_MS = 60_000;
const HELD_RETRY_MS = 2_000;
/** What those that end last have at least, as with the kubelet, however long the others took. */
const LEAST_GRACE_MS = 2_000;
/** Proxies and applications keep nothing that they had to write down. */
const LAST_GRACE_MS = 500;

/** One pod with at least one container that is run as a process. */
export class PodRun {
  private readonly folder: PodFolder;
  private readonly volumes: PodVolumes;
  private readonly status: StatusWriter;
  private readonly init: (ContainerRun | SimulatedContainer)[];
  private readonly main: (ContainerRun | SimulatedContainer)[];
  private readonly ended = new AbortController();
  private readonly bell = new Bell();
  /** All that goes on until the pod ends. */
  private readonly work: Promise<unknown>[] = [];
  private readonly placement: Placement;

  constructor(
    private pod: Pod,
    private readonly host: PodHost,
  ) {
    this.folder = new PodFolder(host.folder, pod);
    this.status = new StatusWriter(host.kube, pod, host.log.bind(host));
    const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const real = all.filter((container) => host.runner(container) !== undefined);
    this.placement = { podIP: host.podIP, hostIP: host.addresses.hostIP, allocatable: ALLOCATABLE };
    this.volumes = new PodVolumes(host.kube, this.folder, pod, real, this.placement);
    this.init = (pod.spec.initContainers ?? []).map((one) => this.containerRun(one));
    this.main = pod.spec.containers.map((one) => this.containerRun(one));
  }

  /** Runs the pod until it has ended or `end` is called; says whether it ended by itself. */
  run(): Promise<boolean> {
    const running = this.live();
    this.work.push(running);
    return running;
  }

  private async live(): Promise<boolean> {
    if (!(await this.mountAll())) return false;
    const maintained = this.maintain();
    this.work.push(maintained);
    let initialized = true;
    for (const one of this.init) initialized &&= await this.initialize(one);
    if (initialized) await Promise.all(this.main.map((one) => one.run()));
    if (this.isEnded()) return false;
    await Promise.all(this.init.map((one) => one.stop(this.graceMs())));
    if (this.isEnded()) return false;
    const status = this.currentStatus();
    this.host.onReady(false);
    this.ended.abort();
    this.bell.ring();
    await this.status.write(status);
    await maintained;
    this.folder.remove();
    return true;
  }

  /** Takes a newer version of the same pod: its labels and annotations may have changed. */
  update(pod: Pod): void {
    const changed = JSON.stringify([pod.metadata.labels, pod.metadata.annotations]);
    const before = JSON.stringify([this.pod.metadata.labels, this.pod.metadata.annotations]);
    // The status is ours: the one that comes back may be older than what we said last.
    this.pod = { ...pod, ...(this.pod.status === undefined ? {} : { status: this.pod.status }) };
    if (changed !== before) this.bell.ring();
    // The controller manager takes the readiness of all pods of a node that was silent for too long.
    if (isReady(pod.status) !== isReady(this.pod.status)) {
      this.status.overwritten();
      this.publish();
    }
  }

  /** Whether a Secret or ConfigMap of the pod's namespace stands in its spec. */
  names(reference: Reference): boolean {
    return this.volumes
      .references(this.pod)
      .some((one) => one.kind === reference.kind && one.name === reference.name);
  }

  /** Compares the volumes with the cluster soon. */
  refresh(): void {
    this.bell.ring();
  }

  /**
   * Ends the pod's processes within the grace period, main containers before sidecars, and removes its files.
   *
   * @param deleted whether the pod is being deleted: then its callers are taken leave of, and its last status is
   * written. Else everything ends.
   */
  async end(graceMs: number, deleted: boolean): Promise<void> {
    this.ended.abort();
    this.bell.ring();
    this.host.onReady(false);
    const waves = deleted ? [this.main, this.init] : [[...this.main, ...this.init]];
    const mayTake = deleted || this.host.network === undefined ? graceMs : LAST_GRACE_MS;
    const deadline = Date.now() + mayTake;
    for (const wave of waves) {
      if (deleted) await Promise.all(wave.map(({ container }) => this.host.drain(container)));
      const left = Math.max(deadline - Date.now(), Math.min(mayTake, LEAST_GRACE_MS));
      await Promise.all(wave.map((one) => one.stop(left)));
    }
    if (deleted) await this.status.write(this.currentStatus());
    this.status.end();
    // A volume that is just being written would be there again.
    await Promise.allSettled(this.work);
    this.folder.remove();
  }

  private async mountAll(): Promise<boolean> {
    while (!this.isEnded()) {
      try {
        await this.volumes.refresh(this.pod);
        return true;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        for (const one of [...this.init, ...this.main]) one.hold(message);
        void this.host.events.record(this.pod, "Warning", "FailedMount", message);
        await this.bell.wait(HELD_RETRY_MS);
      }
    }
    return false;
  }

  private async maintain(): Promise<void> {
    while (!this.isEnded()) {
      await this.bell.wait(MAINTENANCE_MS);
      if (this.isEnded()) return;
      // What was mounted stays as it is while its source is missing, as with the kubelet.
      await this.volumes.refresh(this.pod).catch((error: unknown) => {
        if (!(error instanceof HeldError))
          this.host.log(`volumes of ${this.pod.metadata.name}: ${String(error)}`);
      });
    }
  }

  /** Starts an init container; done when the next one may start. False when the pod was ended meanwhile. */
  private async initialize(one: ContainerRun | SimulatedContainer): Promise<boolean> {
    const run = one.run();
    if (!isSidecar(one.container)) {
      await run;
      return one.view.state.terminated?.exitCode === 0 && !this.isEnded();
    }
    // Nobody waits for it: its failure would be the daemon's.
    run.catch((error: unknown) => this.host.log(`sidecar ${one.container.name}: ${String(error)}`));
    while (!one.isStarted && !this.isEnded()) await sleep(100);
    return !this.isEnded();
  }

  private containerRun(container: Container): ContainerRun | SimulatedContainer {
    const runner = this.host.runner(container);
    const policy = this.pod.spec.restartPolicy ?? "Always";
    const isInit = this.pod.spec.initContainers?.includes(container) === true;
    if (runner === undefined) {
      const finishes = isInit ? !isSidecar(container) : policy !== "Always";
      return new SimulatedContainer(container, finishes, () => this.publish());
    }
    const { metadata, status } = this.pod;
    const before = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
      ({ name }) => name === container.name,
    );
    const ran = before?.state.running ?? before?.state.terminated ?? before?.lastState.terminated;
    return new ContainerRun(
      container,
      {
        registry: this.host.registry,
        processName: `${this.host.region}/${namespaceOf(this.pod)}/${metadata.name}/${container.name}`,
        logFile: join(this.host.logFolder, `${namespaceOf(this.pod)}_${metadata.name}_${container.name}.log`),
        workingFolder: this.folder.root(container),
        address: this.addressOf(runner),
        // An init container that must end is started again after a failure only.
        restartPolicy: isInit && policy === "Always" ? "OnFailure" : policy,
        command: () => this.command(container, runner),
        onChange: () => this.publish(),
        onEvent: (type, reason, message) => void this.host.events.record(this.pod, type, reason, message),
      },
      ran === undefined ? 0 : (before?.restartCount ?? 0) + 1,
    );
  }

  /** Behind a proxy, a container and its probes are at the pod's own localhost. */
  private addressOf({ behindProxy = false }: Runner): string {
    const { network, address } = this.host;
    return behindProxy && network?.proxied === true ? network.localhost : address;
  }

  private async command(container: Container, runner: Runner): Promise<Command> {
    const objects = await this.volumes.refresh(this.pod);
    const { address, server } = this.host;
    const { pod, folder, placement } = this;
    folder.mount(container);
    const network = await this.host.prepare(container, folder.root(container));
    return containerCommand({ pod, container, runner, folder, objects, placement, address, server, network });
  }

  private publish(): void {
    if (this.isEnded()) return;
    const status = this.currentStatus();
    this.host.onReady(isReady(status));
    void this.status.write(status);
  }

  private currentStatus() {
    const views = (runs: readonly { readonly view: ContainerView }[]) => runs.map(({ view }) => view);
    const status = podStatus(this.pod, this.host.addresses, views(this.init), views(this.main));
    this.pod = { ...this.pod, status };
    return status;
  }

  private graceMs(): number {
    return (this.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  private isEnded(): boolean {
    return this.ended.signal.aborted;
  }
}
