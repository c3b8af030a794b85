import path from "node:path";
import { regionAddresses, type RegionAddresses } from "../addresses/layout";
import type { Arm, ClusterAccess, ClusterIdentity } from "../arm";
import { AddressPool, CloudController, pooledAddress, PublicRelay } from "../cloud";
import { ControlPlane, Supervisor } from "../cluster";
import { KubeClient } from "../kube";
import { NodeAgent, type DataPlanePrograms, type ProxyPlaces } from "../node";
import type { ProcessRegistry } from "../processes";

/** Programs that clusters are made of. */
export interface ClusterTools {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  /** Without it istiod is simulated. */
  readonly pilotDiscovery?: string;
  /** Without them no request passes a proxy: gateways and applications are simulated. */
  readonly dataPlane?: DataPlanePrograms;
}

export interface LocalClustersOptions {
  readonly block: number;
  readonly tools: ClusterTools;
  readonly operatorToken: string;
  /** Folder that each cluster gets a folder in. */
  readonly folder: string;
  readonly logFolder: string;
  readonly registry: ProcessRegistry;
  /** Places for proxies, of all clusters together. */
  readonly places: ProxyPlaces;
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

/** One cluster and its parts. */
export interface Standing {
  readonly identity: ClusterIdentity;
  readonly addresses: RegionAddresses;
  readonly folder: string;
  readonly access: ClusterAccess;
  readonly kube: KubeClient;
  /** Absent while the cluster is stopped. */
  parts?: {
    readonly controlPlane: ControlPlane;
    readonly supervisor: Supervisor;
    readonly agent: NodeAgent;
    readonly cloud: CloudController;
    readonly publicRelay: PublicRelay;
  };
}

/** Starts a control plane with its node agent and cloud controller. @param arm where public IPs come from. */
export async function startParts(
  identity: ClusterIdentity,
  arm: Arm,
  o: LocalClustersOptions,
): Promise<Standing> {
  const { id, name, location } = identity;
  const isExisting = id.startsWith(EXISTING);
  const slot = isExisting ? o.existingSlot(location) : arm.clusters.slot({ id, location });
  const addresses = regionAddresses(o.block, slot);
  const folder = path.join(o.folder, name);
  const { log, registry, operatorToken, tools } = o;
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
      logFolder: o.logFolder,
    },
    registry,
    say,
  );
  const { access } = controlPlane;
  const supervisor = new Supervisor(controlPlane, { log: say });
  controlPlane.onEnded = (component, how) => {
    supervisor.ended(component, how);
  };
  const kube = KubeClient.direct({ server: access.server, caData: access.caData, token: operatorToken });
  const { pilotDiscovery, dataPlane } = tools;
  const agent = new NodeAgent({
    kube,
    access,
    addresses,
    region: location,
    folder,
    registry,
    executables: { pilotDiscovery, dataPlane },
    places: o.places,
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
  const publicRelay = new PublicRelay({
    kube,
    backends: (namespace, selector) => agent.dataPlane.gateways(namespace, selector),
    log: say,
  });
  const standing: Standing = {
    identity,
    addresses,
    folder,
    access,
    kube,
    parts: { controlPlane, supervisor, agent, cloud, publicRelay },
  };
  try {
    await Promise.all([agent.start(), cloud.start(), publicRelay.start()]);
  } catch (error) {
    await stopParts(standing);
    throw error;
  }
  return standing;
}

/** Stops a cluster's parts and leaves its data. */
export async function stopParts(standing: Standing): Promise<void> {
  const { parts } = standing;
  if (!parts) return;
  delete standing.parts;
  parts.supervisor.stop();
  await Promise.allSettled([parts.publicRelay.stop(), parts.cloud.stop(), parts.agent.stop()]);
  await parts.controlPlane.stop();
  // A start that was under way has seen its process end by now, or is about to have one.
  await parts.supervisor.settled();
  await parts.controlPlane.stop();
}
