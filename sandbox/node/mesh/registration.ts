import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeClient } from "../../kube";
import type { Pod } from "../types";
import { DATA_PLANE, MANAGER, PART } from "./part";
import { withoutIstio } from "./pods";
import { workloadEntry, type WorkloadPlace } from "./workload-entry";

const KIND = { apiVersion: "networking.istio.io/v1", kind: "WorkloadEntry" } as const;
/** istiod, which checks every registration, may be starting just then. */
const RETRY_MS = 1_000;

/** Keeps the registration of one pod as its readiness is: the newest state last, tried until it is written. */
export class Registration {
  private wanted = false;
  private written = false;
  private ended = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly kube: KubeClient,
    private readonly pod: Pod,
    private readonly place: WorkloadPlace,
    private readonly log: (line: string) => void,
  ) {}

  /** Whether the pod is ready, as was said last. */
  get isReady(): boolean {
    return this.wanted;
  }

  /** Takes note that the pod became ready, or is no longer. */
  set(ready: boolean): void {
    if (this.wanted === ready) return;
    this.wanted = ready;
    this.writing = this.writing.then(() => this.write());
  }

  /** Takes the registration back; done when it is gone. */
  async end(): Promise<void> {
    this.ended = true;
    this.set(false);
    await this.writing;
  }

  private async write(): Promise<void> {
    while (this.written !== this.wanted) {
      const wanted = this.wanted;
      try {
        await (wanted ? this.register() : this.remove());
        this.written = wanted;
      } catch (error) {
        this.log(`registration of pod ${this.pod.metadata.name}: ${String(error)}`);
        // Nobody waits for a pod that is gone; its registration goes with it, by its owner.
        if (this.ended) return;
        await sleep(RETRY_MS);
      }
    }
  }

  private async register(): Promise<void> {
    const entry = workloadEntry(this.pod, this.place);
    await this.kube.apply(entry, { fieldManager: MANAGER, force: true });
  }

  private async remove(): Promise<void> {
    const { namespace, name } = workloadEntry(this.pod, this.place).metadata;
    await this.kube.delete({ ...KIND, namespace, name }).catch((error: unknown) => {
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
