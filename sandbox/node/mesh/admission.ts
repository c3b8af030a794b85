import type { KubeClient } from "../../kube";
import { imageName, PROXY_IMAGE } from "../images";
import { runnerOf, type Runner } from "../runners";
import { isReplaced, namespaceOf, uidOf, type Container, type Pod } from "../types";
import type { ProxyPlaces } from "./places";

/** Decides which pods of a region the data plane runs, and gives them places as long as there are any. */
export class Admission {
  /** Pods that found no place, by uid; they find none later either: `makeAnew` has other pods made for them. */
  private readonly refused = new Map<string, Pod>();

  constructor(
    private readonly kube: Pick<KubeClient, "delete">,
    private readonly runners: readonly Runner[],
    private readonly places: ProxyPlaces,
  ) {}

  /** Whether a pod is one that the data plane would run: the application, or a gateway. */
  claims(pod: Pod): boolean {
    return pod.spec.containers.some((container) => {
      if (this.runner(container)?.dataPlane !== true) return false;
      return imageName(container.image) !== PROXY_IMAGE || container.args?.[1] === "router";
    });
  }

  /** Whether a pod of the data plane has a place; asked first, it takes one. One that nothing replaces may ask again. */
  admits(pod: Pod): boolean {
    const uid = uidOf(pod);
    if (this.refused.has(uid)) return false;
    if (!this.hasProxy(pod) || this.places.take(uid)) return true;
    if (isReplaced(pod)) this.refused.set(uid, pod);
    return false;
  }

  /** Whether a proxy of ours runs in the pod. */
  hasProxy(pod: Pod): boolean {
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].some(
      (container) => imageName(container.image) === PROXY_IMAGE && this.runner(container) !== undefined,
    );
  }

  /** The pods that were refused a place, as `namespace/name`. */
  get refusedPods(): readonly string[] {
    return [...this.refused.values()].map((pod) => `${namespaceOf(pod)}/${pod.metadata.name}`);
  }

  /**
   * A rollout runs the new pod beside the old one and may find no place for it; once the old one is gone, the new one
   * is deleted, so that its owner makes one that has a place.
   */
  async makeAnew(): Promise<void> {
    for (const pod of [...this.refused.values()].slice(0, Math.max(0, this.places.free))) {
      const { name, uid } = pod.metadata;
      const ref = { apiVersion: "v1", kind: "Pod", namespace: namespaceOf(pod), name };
      await this.kube.delete(ref, uid === undefined ? {} : { uid });
    }
  }

  /** Forgets a pod that is gone: its place is free. */
  forget(uid: string): void {
    this.refused.delete(uid);
    this.places.release(uid);
  }

  /** Forgets the refusals. */
  clear(): void {
    this.refused.clear();
  }

  private runner(container: Container): Runner | undefined {
    return runnerOf(container, this.runners);
  }
}
