import { rmSync } from "node:fs";
import path from "node:path";
import { regionAddresses, type RegionAddresses } from "../addresses/layout";
import {
  keyOf,
  type Arm,
  type ClusterAccess,
  type ClusterHost,
  type ClusterIdentity,
  type Json,
  type Leftovers,
} from "../arm";
import { AddressPool, CloudController, pooledAddress } from "../cloud";
import { ControlPlane } from "../cluster";
import { KubeClient } from "../kube";
import { NodeAgent } from "../node";
import type { ProcessRegistry } from "../processes";
import { findLeftovers, istiodConfigMaps } from "./leftovers";

/** Programs that clusters are made of. */
export interface ClusterTools {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  /** Without it istiod is simulated. */
  readonly pilotDiscovery?: string;
}

export interface LocalClustersOptions {
  readonly block: number;
  readonly tools: ClusterTools;
  readonly operatorToken: string;
  /** Folder that each cluster gets a folder in. */
  readonly folder: string;
  readonly logFolder: string;
  readonly registry: ProcessRegistry;
  /** Slot of the region of a cluster that is no ARM resource's. */
  readonly existingSlot: (region: string) => number;
  readonly log: (line: string) => void;
}

/** Begin of the id of a cluster that is no ARM resource's. */
const EXISTING = "existing/";

/** The identity of a cluster that is no ARM resource's. */
export function existingIdentity(name: string, region: string, kubernetesVersion: string): ClusterIdentity {
  return { id: `${EXISTING}${name}`, name, location: region, kubernetesVersion };
}

/** The parts of one cluster. */
interface Standing {
  readonly identity: ClusterIdentity;
  readonly addresses: RegionAddresses;
  readonly folder: string;
  readonly access: ClusterAccess;
  readonly kube: KubeClient;
  /** Absent while the cluster is stopped. */
  parts?: { readonly controlPlane: ControlPlane; readonly agent: NodeAgent; readonly cloud: CloudController };
}

/** Clusters of this machine: a real control plane each, with its node agent and cloud controller. */
export class LocalClusters implements ClusterHost {
  private readonly clusters = new Map<string, Standing>();
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
      return (await this.start(identity)).access;
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
      this.o.log(`${name} is removed`);
    });
  }

  /** Stops one cluster and leaves its data. */
  async stop(name: string): Promise<void> {
    const standing = this.named(name);
    await this.alone(standing.identity.id, () => stopParts(standing));
  }

  /** Starts a cluster that was stopped. */
  async restart(name: string): Promise<void> {
    await this.boot(this.named(name).identity);
  }

  /** Stops everything: agents first, so that they do not wonder where their servers went. */
  async stopAll(): Promise<void> {
    this.ending = true;
    await Promise.allSettled([...this.clusters.values()].map((standing) => stopParts(standing)));
  }

  report(): Record<string, Json>[] {
    return [...this.clusters.values()].map(({ identity, access, addresses, parts }) => ({
      id: identity.id,
      name: identity.name,
      location: identity.location,
      server: access.server,
      running: parts !== undefined,
      simulatedPods: parts?.agent.simulatedPods() ?? 0,
      istiod: { ...addresses.istiod },
    }));
  }

  private named(name: string): Standing {
    const found = [...this.clusters.values()].find((standing) => standing.identity.name === name);
    if (found) return found;
    throw new Error(`There is no cluster named '${name}'.`);
  }

  private async start(identity: ClusterIdentity): Promise<Standing> {
    const { arm } = this;
    if (!arm) throw new Error("the ARM stand-in is not attached");
    if (this.ending) throw new Error(`${identity.name} is not started: the sandbox is stopping`);
    const { id, name, location } = identity;
    const isExisting = id.startsWith(EXISTING);
    const slot = isExisting ? this.o.existingSlot(location) : arm.clusters.slot({ id, location });
    const addresses = regionAddresses(this.o.block, slot);
    const folder = path.join(this.o.folder, name);
    const { log, registry, operatorToken, tools } = this.o;
    const say = (line: string) => {
      log(`${name}: ${line}`);
    };
    const controlPlane = await ControlPlane.start(
      {
        name,
        region: location,
        addresses,
        folder,
        tools,
        operatorToken,
        kubernetesVersion: identity.kubernetesVersion,
        logFolder: this.o.logFolder,
      },
      registry,
      say,
    );
    const { access } = controlPlane;
    const kube = KubeClient.direct({ server: access.server, caData: access.caData, token: operatorToken });
    const executables = tools.pilotDiscovery === undefined ? {} : { pilotDiscovery: tools.pilotDiscovery };
    const agent = new NodeAgent({
      kube,
      access,
      addresses,
      region: location,
      folder,
      registry,
      executables,
      log: say,
    });
    const cloud = new CloudController({
      kube,
      ...(isExisting
        ? { publicIps: new AddressPool(kube, location, (n) => addresses.publicIp(n)), choose: pooledAddress }
        : { publicIps: arm.clusters.binderFor(id) }),
      region: location,
      log: say,
    });
    const standing: Standing = {
      identity,
      addresses,
      folder,
      access,
      kube,
      parts: { controlPlane, agent, cloud },
    };
    try {
      await Promise.all([agent.start(), cloud.start()]);
    } catch (error) {
      await stopParts(standing);
      throw error;
    }
    this.clusters.set(keyOf(id), standing);
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

async function stopParts(standing: Standing): Promise<void> {
  const { parts } = standing;
  if (!parts) return;
  delete standing.parts;
  await Promise.allSettled([parts.cloud.stop(), parts.agent.stop()]);
  await parts.controlPlane.stop();
}
