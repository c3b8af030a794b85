import { imageName, PROXY_IMAGE } from "../images";
import { runnerOf, type Runner } from "../runners";
import { isFinite, uidOf, type Container, type Pod } from "../types";
import type { ProxyPlaces } from "./places";

/** Decides which pods the data plane runs. */
export class Admission {
  /** Pods that found no place; they find none later either, so that what is reported stays true. */
  private readonly refused = new Set<string>();

  constructor(
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

  /** Whether a pod of the data plane has a place; asked first, it takes one. One whose work ends may ask again. */
  admits(pod: Pod): boolean {
    const uid = uidOf(pod);
    if (this.refused.has(uid)) return false;
    if (!this.hasProxy(pod) || this.places.take(uid)) return true;
    if (!isFinite(pod)) this.refused.add(uid);
    return false;
  }

  /** Whether a proxy of ours runs in the pod. */
  hasProxy(pod: Pod): boolean {
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].some(
      (container) => imageName(container.image) === PROXY_IMAGE && this.runner(container) !== undefined,
    );
  }

  /** How many pods were refused a place. */
  get refusals(): number {
    return this.refused.size;
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
