import { setTimeout as sleep } from "node:timers/promises";
import { regionAddresses } from "../../sandbox/addresses/layout";
import type { SandboxIdentity } from "../../sandbox/home";
import type { KubeClient } from "../../sandbox/kube";
import { regionOf } from "../../topology";
import type { SandboxContext } from "./context";
import { waitIstiod } from "./deployments";
import { loadBalancerAddress } from "./existing";
import { verifyCommandOf } from "./hints";
import { clusters, version } from "./istiod";
import { clientOf } from "./kubeconfig";
import type { RegionReport } from "./report";
import { together } from "./together";

/** How long istiods may take to list their peers as synced after the link pass. */
const SYNC_MS = 180_000;

/** What a stack says about its region. */
interface RegionOutputs {
  readonly clusterName: string;
  readonly apiAddress: string;
  /** Absent for an existing cluster. */
  readonly gatewayFqdn?: string;
  /** Cluster whose istiod runs the proxies; absent where it is the region's own. */
  readonly controlPlane?: string;
  readonly linkedPeers: readonly string[];
  readonly pendingPeers: readonly string[];
  readonly appliedPolicies: readonly string[];
}

/** Waits until every istiod runs and lists the remote clusters of its linked peers as synced. */
export async function waitSynced(
  context: SandboxContext,
  identity: SandboxIdentity,
  report: (detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Map<string, readonly string[]>();
  const names = new Map<string, string>();
  const clients = new Map<string, KubeClient>();
  const verify = verifyCommandOf(context);
  try {
    for (const region of context.stacks.regions) {
      const outputs = await context.workspace.allOutputs(region);
      const { clusterName, controlPlane, linkedPeers } = outputs as unknown as RegionOutputs;
      names.set(region, clusterName);
      if (controlPlane !== undefined) continue;
      wanted.set(region, linkedPeers);
      clients.set(region, clientOf(context.home, region, outputs));
    }
    // Without an istiod that runs there is nothing that could call a peer synced.
    const wait = ([region, kube]: [string, KubeClient], ends: AbortSignal): Promise<void> =>
      waitIstiod(kube, { region, verify, report, signal: ends });
    await together([...clients], wait, signal);
  } finally {
    for (const kube of clients.values()) kube.close();
  }
  const end = Date.now() + SYNC_MS;
  for (;;) {
    const missing: string[] = [];
    for (const [region, peers] of wanted) {
      const synced = await syncedClusters(identity, region);
      for (const peer of peers) {
        if (!synced.includes(names.get(peer) ?? peer)) missing.push(`${region} → ${peer}`);
      }
    }
    if (missing.length === 0) return;
    if (Date.now() > end) {
      throw new Error(
        `After ${SYNC_MS / 1000} s istiod does not call these peers synced: ${missing.join(", ")}. ` +
          `Look at /debug/clusterz and the log of istiod in the region named first, or at what this says: ${verify}`,
      );
    }
    report(`waiting for ${missing.join(", ")}`);
    signal.throwIfAborted();
    await sleep(500);
  }
}

/** The facts of each region, from its stack, its istiod and its state. */
export async function inspectRegions(
  context: SandboxContext,
  identity: SandboxIdentity,
  seconds: ReadonlyMap<string, number>,
): Promise<RegionReport[]> {
  const all = new Map<string, RegionOutputs>();
  for (const region of context.stacks.regions) all.set(region, await regionOutputs(context, region));
  const reports: RegionReport[] = [];
  for (const [region, outputs] of all) {
    const { controlPlane } = outputs;
    const isRemote = controlPlane !== undefined;
    const ports = istiodPorts(identity, regionOf(context.stacks.mesh, region).controlPlane);
    reports.push({
      name: region,
      cluster: outputs.clusterName,
      apiAddress: outputs.apiAddress,
      istioVersion: await version(ports),
      gateway: outputs.gatewayFqdn ?? (await loadBalancerAddress(context, region)),
      linkedPeers: outputs.linkedPeers,
      mutualPeers: outputs.linkedPeers.filter((peer) => all.get(peer)?.linkedPeers.includes(region)),
      pendingPeers: outputs.pendingPeers,
      ...(isRemote ? { controlPlane } : {}),
      synced: isRemote
        ? []
        : (await syncedClusters(identity, region)).filter((id) => id !== outputs.clusterName).toSorted(),
      policies: outputs.appliedPolicies,
      resources: await context.workspace.resourceCount(region),
      seconds: Math.round((seconds.get(region) ?? 0) * 10) / 10,
    });
  }
  return reports;
}

async function regionOutputs(context: SandboxContext, region: string): Promise<RegionOutputs> {
  return (await context.workspace.outputs(region)) as unknown as RegionOutputs;
}

async function syncedClusters(identity: SandboxIdentity, region: string): Promise<string[]> {
  try {
    const known = await clusters(istiodPorts(identity, region));
    return known.filter((cluster) => cluster.syncStatus === "synced").map((cluster) => cluster.id);
  } catch {
    // An istiod that is starting does not answer yet; the caller's time limit covers one that never does.
    return [];
  }
}

function istiodPorts(identity: SandboxIdentity, region: string) {
  const slot = identity.slots[region];
  if (slot === undefined) throw new Error(`region ${region} has no addresses in this sandbox`);
  return regionAddresses(identity.block, slot).istiod;
}
