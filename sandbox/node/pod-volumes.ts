import { mkdirSync } from "node:fs";
import type { KubeClient } from "../kube";
import { writeAtomically } from "./atomic-folder";
import type { Placement } from "./downward";
import { readObjects, references, type PodObjects, type Reference } from "./objects";
import type { PodFolder } from "./pod-folder";
import { PodTokens } from "./tokens";
import type { Container, Pod, Volume } from "./types";
import { tokenWishes, volumeFiles } from "./volumes";

/** The volumes of one pod, those that its real containers mount, written to its folder and kept up to date. */
export class PodVolumes {
  private readonly tokens: PodTokens;

  constructor(
    private readonly kube: KubeClient,
    private readonly folder: PodFolder,
    pod: Pod,
    private readonly containers: readonly Container[],
    private readonly placement: Placement,
  ) {
    this.tokens = new PodTokens(kube, pod);
  }

  /** The Secrets and ConfigMaps that the pod's containers and their volumes name. */
  references(pod: Pod): Reference[] {
    return references(this.containers, this.mounted(pod));
  }

  /**
   * Brings every mounted volume to what the cluster says now. A HeldError names what is missing.
   *
   * @returns the objects as read, for the containers' environment.
   */
  async refresh(pod: Pod): Promise<PodObjects> {
    const volumes = this.mounted(pod);
    const wishes = volumes.flatMap(tokenWishes);
    const [objects] = await Promise.all([
      readObjects(this.kube, pod, this.references(pod)),
      this.tokens.renew(wishes),
    ]);
    const sources = { pod, placement: this.placement, objects, token: this.tokens.token.bind(this.tokens) };
    for (const volume of volumes) {
      const files = volumeFiles(volume, sources);
      if (files === undefined) mkdirSync(this.folder.volume(volume.name), { recursive: true, mode: 0o700 });
      else writeAtomically(this.folder.volume(volume.name), files);
    }
    return objects;
  }

  private mounted(pod: Pod): Volume[] {
    const names = new Set(
      this.containers.flatMap(({ volumeMounts }) => (volumeMounts ?? []).map(({ name }) => name)),
    );
    return (pod.spec.volumes ?? []).filter(({ name }) => names.has(name));
  }
}
