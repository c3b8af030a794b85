import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RegionAddresses } from "../addresses/layout";
import { isNotFound, type KubeClient } from "../kube";
import type { ProcessRegistry } from "../processes";
import { endContainersIn } from "../processes/marked";
import { EventRecorder } from "./events";
import { Front } from "./front";
import { imageName } from "./images";
import { DataPlane } from "./mesh/data-plane";
import { ProxyPlaces } from "./mesh/places";
import { HEARTBEAT_MS, NodeHeartbeat, nodeSpecs, processors, type NodeSpec } from "./nodes";
import { PodKeeper } from "./pod-keeper";
import { ISTIOD_POD_PORTS, runnersFor, type Executables } from "./runners";
import { Scheduler } from "./scheduler";
import type { Pod } from "./types";

/** How to reach the cluster that the agent serves. */
export interface ServerAccess {
  readonly server: string;
}

/** What a node agent needs. */
export interface NodeAgentOptions {
  /** A client that may do everything: the agent is node, scheduler and kubelet at once. */
  readonly kube: KubeClient;
  readonly access: ServerAccess;
  readonly addresses: RegionAddresses;
  readonly region: string;
  /** The cluster's folder; pods' folders and logs go below it. */
  readonly folder: string;
  readonly registry: ProcessRegistry;
  /** Programs for the known images; a pod whose program is missing is simulated. */
  readonly executables: Executables;
  /** @default 2 */
  readonly nodes?: number;
  /** Places for proxies, shared by the regions of a sandbox. @default places of its own */
  readonly places?: ProxyPlaces;
  log(line: string): void;
}

/** Things that went wrong or could not be done are tried again this often. */
const RESYNC_MS = 5_000;

/** All nodes of one region: registers them, places pods, runs what it can and reports the rest as running. */
export class NodeAgent {
  private readonly ending = new AbortController();
  private readonly specs: readonly NodeSpec[];
  private readonly front: Front;
  private readonly scheduler: Scheduler;
  private readonly pods: PodKeeper;
  /** The pods with proxies, and those that answer and send requests. */
  readonly dataPlane: DataPlane;
  private work: Promise<unknown>[] = [];

  constructor(private readonly o: NodeAgentOptions) {
    const { kube, addresses } = o;
    const log = o.log.bind(o);
    this.specs = nodeSpecs(o.region, addresses, o.nodes ?? 2);
    const events = new EventRecorder(kube, "sandbox-node-agent", log);
    const runners = runnersFor(o.executables, processors());
    this.front = new Front("127.0.0.1", frontPorts(addresses));
    this.dataPlane = new DataPlane({
      kube,
      runners,
      nodes: this.specs,
      region: o.region,
      istiod: addresses.istiod,
      places: o.places ?? new ProxyPlaces(),
      log,
    });
    this.pods = new PodKeeper({
      ...o,
      log,
      server: o.access.server,
      folder: join(o.folder, "pods"),
      logFolder: join(o.folder, "pod-logs"),
      events,
      runners,
      nodes: this.specs,
      dataPlane: this.dataPlane,
      onReady: (pod, address, ready) => {
        if (isIstiod(pod)) this.front.set(address, ready);
        this.dataPlane.ready(pod, ready);
      },
    });
    this.scheduler = new Scheduler(kube, events, this.pods.all, log);
  }

  /** Done when the nodes are registered and the pods that are there are taken up. */
  async start(): Promise<void> {
    // What a killed agent left there are keys and tokens, and Envoys whose pilot-agent was killed with it.
    const folder = join(this.o.folder, "pods");
    await endContainersIn(folder, 0);
    rmSync(folder, { recursive: true, force: true });
    if (this.o.executables.pilotDiscovery !== undefined) await this.front.start();
    const { gitVersion } = await this.o.kube.request<{ gitVersion: string }>({
      method: "GET",
      path: "/version",
    });
    const hearts = this.specs.map((spec) => new NodeHeartbeat(this.o.kube, spec, gitVersion));
    await Promise.all(hearts.map((heart) => this.firstBeat(heart)));
    this.work = hearts.map((heart) =>
      this.repeat(HEARTBEAT_MS, async () => {
        await heart.beat();
      }),
    );
    if (this.o.executables.dataPlane !== undefined) await this.dataPlane.start();
    await Promise.all([this.followNodes(), this.followPods()]);
    this.work.push(
      this.followObjects("Secret", "/api/v1/secrets"),
      this.followObjects("ConfigMap", "/api/v1/configmaps"),
      this.repeat(RESYNC_MS, async () => {
        this.resync();
        await this.dataPlane.refresh();
      }),
    );
  }

  /** Ends the processes of all pods. The pods stay in the cluster: a later agent starts them again. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.pods.stop();
    await this.dataPlane.stop();
    await this.front.stop();
    await Promise.allSettled(this.work);
  }

  /** How many pods of the region have no process behind them. */
  simulatedPods(): number {
    return this.pods.simulated();
  }

  /** A server that just became ready may not have made the leases' namespace yet. */
  private async firstBeat(heart: NodeHeartbeat): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await heart.beat();
        return;
      } catch (error) {
        if (!isNotFound(error) || attempt === 40) throw error;
        await sleep(250, undefined, { signal: this.ending.signal });
      }
    }
  }

  private followNodes(): Promise<void> {
    return this.follow("/api/v1/nodes", {
      onSync: (items) => items.forEach((node) => this.scheduler.node(node)),
      onEvent: ({ type, object }) => {
        if (type === "DELETED") this.scheduler.nodeGone(object.metadata.name);
        else this.scheduler.node(object);
        this.offerUnbound();
      },
    });
  }

  private followPods(): Promise<void> {
    return this.follow("/api/v1/pods", {
      onSync: (items) => {
        for (const pod of this.pods.replaceAll(items as Pod[])) this.scheduler.podGone(pod);
        this.offerUnbound();
      },
      onEvent: ({ type, object }) => {
        const pod = object as Pod;
        if (type === "DELETED") {
          this.pods.gone(pod);
          this.scheduler.podGone(pod);
          this.offerUnbound();
        } else {
          this.pods.take(pod);
          if (pod.spec.nodeName === undefined) this.scheduler.offer(pod);
        }
      },
    });
  }

  private followObjects(kind: "Secret" | "ConfigMap", path: string): Promise<void> {
    return this.o.kube.follow(path, {
      signal: this.ending.signal,
      onSync: (items) => {
        for (const { metadata } of items)
          this.pods.objectChanged({ kind, name: metadata.name }, metadata.namespace);
      },
      onEvent: ({ object: { metadata } }) =>
        this.pods.objectChanged({ kind, name: metadata.name }, metadata.namespace),
    });
  }

  /** Follows a collection in the background; done when it was listed for the first time. */
  private follow(
    path: string,
    o: Pick<Parameters<KubeClient["follow"]>[1], "onSync" | "onEvent">,
  ): Promise<void> {
    return new Promise((resolve) => {
      const following = this.o.kube.follow(path, {
        ...o,
        signal: this.ending.signal,
        onSync: async (items) => {
          await o.onSync(items);
          resolve();
        },
      });
      this.work.push(following);
    });
  }

  private resync(): void {
    this.pods.retry();
    this.offerUnbound();
  }

  private offerUnbound(): void {
    for (const pod of this.pods.all.values()) if (pod.spec.nodeName === undefined) this.scheduler.offer(pod);
  }

  private async repeat(ms: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      if (this.ending.signal.aborted) return;
      await work().catch((error: unknown) => this.o.log(`${this.o.region} node agent: ${String(error)}`));
    }
  }
}

function frontPorts({ istiod }: RegionAddresses) {
  return (Object.keys(ISTIOD_POD_PORTS) as (keyof typeof ISTIOD_POD_PORTS)[]).map((name) => ({
    listen: istiod[name],
    target: ISTIOD_POD_PORTS[name],
  }));
}

function isIstiod(pod: Pod): boolean {
  return pod.spec.containers.some(({ image }) => imageName(image) === "pilot");
}
