import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeClient, type KubeObject } from "../../kube";
import type { Pod } from "../types";
import { DATA_PLANE, MANAGER, PART } from "./part";
import { withoutIstio } from "./pods";
import { workloadEntry, type WorkloadPlace } from "./workload-entry";

const KIND = { apiVersion: "networking.istio.io/v1", kind: "WorkloadEntry" } as const;
/** istiod, which checks every registration, may be starting just then. */
const RETRY_MS = 1_000;

/** Keeps the registration of one pod as the pod is: the newest state last, tried until it is written. */
export class Registration {
  private ready = false;
  private ended = false;
  private readonly name: { readonly namespace: string | undefined; readonly name: string };
  private entry: KubeObject;
  /** What stands in the cluster, as far as we wrote it; empty where nothing does. */
  private written = "";
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly kube: KubeClient,
    private pod: Pod,
    private place: WorkloadPlace,
    private readonly log: (line: string) => void,
  ) {
    this.entry = workloadEntry(pod, place);
    const { namespace, name } = this.entry.metadata;
    this.name = { namespace, name };
  }

  /** Whether the pod is ready, as was said last. */
  get isReady(): boolean {
    return this.ready;
  }

  /** Where the pod is, as its registration says. */
  get address(): string {
    return this.place.address;
  }

  /** Takes note that the pod became ready, or is no longer. One that ends is not ready any more. */
  set(ready: boolean): void {
    if (this.ready === ready || this.ended) return;
    this.ready = ready;
    this.change();
  }

  /** Takes a newer version of the pod: its labels decide which Services and subsets it belongs to. */
  update(pod: Pod): void {
    this.pod = pod;
    this.change();
  }

  /** Takes note of the ports at which a gateway pod is found. */
  serve(ports: Readonly<Record<string, number>>): void {
    this.place = { ...this.place, ports };
    this.change();
  }

  /** Takes the registration back; done when it is gone. */
  async end(): Promise<void> {
    this.ended = true;
    this.ready = false;
    this.change();
    await this.writing;
  }

  private change(): void {
    this.entry = workloadEntry(this.pod, this.place);
    this.writing = this.writing.then(() => this.write());
  }

  private async write(): Promise<void> {
    for (let wanted = this.wanted(); wanted !== this.written; wanted = this.wanted()) {
      try {
        await (wanted === "" ? this.remove() : this.register());
        this.written = wanted;
      } catch (error) {
        this.log(`registration of pod ${this.name.name}: ${String(error)}`);
        // Nobody waits for a pod that is gone; its registration goes with it, by its owner.
        if (this.ended) return;
        await sleep(RETRY_MS);
      }
    }
  }

  private wanted(): string {
    return this.ready ? JSON.stringify(this.entry) : "";
  }

  private async register(): Promise<void> {
    await this.kube.apply(this.entry, { fieldManager: MANAGER, force: true });
  }

  private async remove(): Promise<void> {
    await this.kube.delete({ ...KIND, ...this.name }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

/** Takes back what an agent registered that did not end in order: its processes are gone. */
export async function removeStale(kube: KubeClient): Promise<void> {
  const known = await kube.list({ ...KIND, labelSelector: `${PART}=${DATA_PLANE}` }).catch(withoutIstio([]));
  for (const { metadata } of known)
    await kube
      .delete({ ...KIND, namespace: metadata.namespace, name: metadata.name })
      .catch(withoutIstio(undefined));
}
