import { rmSync } from "node:fs";
import path from "node:path";
import {
  keyOf,
  type Arm,
  type ClusterAccess,
  type ClusterHost,
  type ClusterIdentity,
  type Json,
  type Leftovers,
} from "../arm";
import type { DataPlane } from "../node";
import { condition, identified, messageOf } from "./condition";
import { findLeftovers, istiodConfigMaps } from "./leftovers";
import { startParts, stopParts, type LocalClustersOptions, type Standing } from "./standing";

/** A cluster that should run and could not be started. */
interface Failed {
  readonly identity: ClusterIdentity;
  readonly why: string;
}

/** Clusters of this machine: a real control plane each, with its node agent and cloud controller. */
export class LocalClusters implements ClusterHost {
  private readonly clusters = new Map<string, Standing>();
  private readonly failed = new Map<string, Failed>();
  private readonly changes = new Map<string, Promise<unknown>>();
  private arm: Arm | undefined;
  private ending = false;

  constructor(private readonly o: LocalClustersOptions) {}

  /** Tells where addresses and public IPs come from; before the first boot. */
  attach(arm: Arm): void {
    this.arm = arm;
  }

  async boot(identity: ClusterIdentity): Promise<ClusterAccess> {
    return this.alone(identity.id, async () => {
      const standing = this.clusters.get(keyOf(identity.id));
      if (standing?.parts) return standing.access;
      try {
        const { access } = await this.start(identity);
        this.failed.delete(keyOf(identity.id));
        return access;
      } catch (error) {
        // Kept by name, so that it can be seen and started again.
        this.failed.set(keyOf(identity.id), { identity, why: messageOf(error) });
        throw error;
      }
    });
  }

  async leftovers(id: string): Promise<Leftovers> {
    const standing = this.clusters.get(keyOf(id));
    if (!standing?.parts)
      throw new Error(`the cluster does not run, so nobody can be asked what is left in it`);
    return findLeftovers(standing.kube);
  }

  /** ConfigMaps that istiod left in namespaces of others. */
  async istiodConfigMaps(id: string): Promise<string[]> {
    const standing = this.clusters.get(keyOf(id));
    return standing?.parts ? istiodConfigMaps(standing.kube) : [];
  }

  async remove(id: string): Promise<void> {
    await this.alone(id, async () => {
      const standing = this.clusters.get(keyOf(id));
      if (standing) await stopParts(standing);
      // One that never booted has a folder too, and its data must not become the next cluster's.
      const name = id.slice(id.lastIndexOf("/") + 1);
      rmSync(path.join(this.o.folder, name), { recursive: true, force: true });
      this.clusters.delete(keyOf(id));
      this.failed.delete(keyOf(id));
      this.o.log(`${name} is removed`);
    });
  }

  /** Stops one cluster and leaves its data. */
  async stop(name: string): Promise<void> {
    const standing = this.named(name);
    await this.alone(standing.identity.id, () => stopParts(standing));
  }

  /** Starts a cluster that was stopped, that did not start, or servers of which were given up. */
  async restart(name: string): Promise<{ readonly id: string; readonly access: ClusterAccess }> {
    const failed = [...this.failed.values()].find(({ identity }) => identity.name === name);
    const { identity } = failed ?? this.named(name);
    await this.alone(identity.id, async () => {
      const standing = this.clusters.get(keyOf(identity.id));
      if (standing && standing.parts?.supervisor.troubles().some(({ state }) => state === "failed"))
        await stopParts(standing);
    });
    return { id: identity.id, access: await this.boot(identity) };
  }

  /** Stops everything: agents first, so that they do not wonder where their servers went. */
  async stopAll(): Promise<void> {
    this.ending = true;
    await Promise.allSettled([...this.clusters.values()].map((standing) => stopParts(standing)));
  }

  /** The data plane of a region's cluster; undefined where it does not run. */
  dataPlane(region: string): DataPlane | undefined {
    const standing = [...this.clusters.values()].find(({ identity }) => identity.location === region);
    return standing?.parts?.agent.dataPlane;
  }

  report(): Record<string, Json>[] {
    const standing = [...this.clusters.values()].map(({ identity, access, addresses, parts }) => ({
      ...identified(identity),
      ...condition(parts?.supervisor.troubles(), this.failed.get(keyOf(identity.id))),
      server: access.server,
      simulatedPods: parts?.agent.simulatedPods() ?? 0,
      ...proxiesOf(parts?.agent.dataPlane),
      istiod: { ...addresses.istiod },
    }));
    const never = [...this.failed].filter(([key]) => !this.clusters.has(key));
    return [
      ...standing,
      ...never.map(([, failed]) => ({
        ...identified(failed.identity),
        ...condition(undefined, failed),
        simulatedPods: 0,
        ...proxiesOf(undefined),
      })),
    ];
  }

  private named(name: string): Standing {
    const found = [...this.clusters.values()].find((standing) => standing.identity.name === name);
    if (found) return found;
    throw new Error(`There is no cluster named '${name}'.`);
  }

  private async start(identity: ClusterIdentity): Promise<Standing> {
    if (!this.arm) throw new Error("the ARM stand-in is not attached");
    if (this.ending) throw new Error(`${identity.name} is not started: the sandbox is stopping`);
    const standing = await startParts(identity, this.arm, this.o);
    this.clusters.set(keyOf(identity.id), standing);
    return standing;
  }

  /** One change of a cluster at a time: a retried creation must not start a second control plane. */
  private async alone<T>(id: string, change: () => Promise<T>): Promise<T> {
    const before = this.changes.get(keyOf(id)) ?? Promise.resolve();
    const now = before.catch(() => undefined).then(change);
    this.changes.set(keyOf(id), now);
    return now;
  }
}

/** Proxies that run, and pods that found no place for theirs. */
function proxiesOf(dataPlane: DataPlane | undefined): { proxies: number; refusedProxies: string[] } {
  return { proxies: dataPlane?.proxies ?? 0, refusedProxies: [...(dataPlane?.admission.refusedPods ?? [])] };
}
