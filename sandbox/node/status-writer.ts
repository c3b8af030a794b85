import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeClient } from "../kube";
import { namespaceOf, type Pod, type PodStatus } from "./types";

/** A pod that was replaced by another of its name answers with conflicts for ever. */
const MOST_CONFLICTS = 3;

/** Writes a pod's status: one request at a time, the newest status last, unchanged ones not at all. */
export class StatusWriter {
  private wanted: PodStatus | undefined;
  private written = "";
  private writing: Promise<void> | undefined;
  private ended = false;

  constructor(
    private readonly kube: KubeClient,
    private readonly pod: Pod,
    private readonly log: (line: string) => void,
  ) {}

  /** Done when this status, or a newer one, is written. */
  write(status: PodStatus): Promise<void> {
    this.wanted = status;
    this.writing ??= this.drain().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** Somebody else wrote the status: the same one must be written again. */
  overwritten(): void {
    this.written = "";
  }

  /** Writes nothing more. */
  end(): void {
    this.ended = true;
  }

  private async drain(): Promise<void> {
    let conflicts = 0;
    while (this.wanted !== undefined && !this.ended) {
      const status = this.wanted;
      this.wanted = undefined;
      const text = JSON.stringify(status);
      if (text === this.written) continue;
      try {
        const { name } = this.pod.metadata;
        const ref = { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(this.pod), name };
        await this.kube.patchStatus(ref, statusPatch(this.pod, status));
        this.written = text;
      } catch (error) {
        if (isNotFound(error) || (isConflict(error) && ++conflicts > MOST_CONFLICTS)) return;
        this.log(
          `status of pod ${namespaceOf(this.pod)}/${this.pod.metadata.name} not written: ${String(error)}`,
        );
        this.wanted ??= status;
        await sleep(1_000);
      }
    }
  }
}

/**
 * The merge patch of a pod's whole status. With the uid the server refuses it when another pod has the name by now. It
 * names the address also where there is none: one that the pod had without the data plane would else stay.
 */
export function statusPatch(pod: Pod, status: PodStatus): object {
  return { metadata: { uid: pod.metadata.uid }, status: { podIP: null, podIPs: null, ...status } };
}

function isConflict(error: unknown): boolean {
  return (error as { status?: number }).status === 409;
}
