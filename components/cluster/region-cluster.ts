import * as pulumi from "@pulumi/pulumi";
import { routedPeers, type Mesh } from "../../topology";
import { readHeldPeerings } from "../link/peerings";
import { plainOf } from "../internal/plain";
import type { LinkedPeer } from "../link/peers";
import { AksCluster, type AksClusterArgs } from "./aks";
import { azureProvider } from "./azure-provider";
import { callersOf } from "./callers";
import type { Cluster } from "./cluster";
import { checkDnsLabel } from "./dns-label";
import { planEastWest, type EastWestPlan, type EastWestSetting } from "./east-west";
import { ExistingCluster } from "./existing";
import { requireKubelogin } from "./kubelogin";
import { checkExisting } from "./preflight";

/** Settings of a region's cluster, and what follows from the mesh. */
export interface RegionClusterArgs extends Omit<
  AksClusterArgs,
  "project" | "peerRanges" | "peerEgress" | "eastWest"
> {
  readonly platform: "aks" | "existing";
  readonly mesh: Mesh;
  /** Addresses that an existing cluster's calls come from. */
  readonly egressAddresses: readonly string[];
  readonly eastWest: EastWestSetting;
  /** Whether the region has a Kiali, by whose token those of the peers look at it. */
  readonly observability: { readonly kiali: { readonly enabled: boolean } };
  /** Namespaces that the stack makes in the cluster. */
  readonly namespaces: readonly string[];
}

/** A region's cluster and what comes with it. */
export interface RegionCluster {
  readonly cluster: Cluster;
  readonly providers: pulumi.ProviderResource[];
  /** Absent where the region has no east-west gateway. */
  readonly eastWest: EastWestPlan | undefined;
  /** Peers whose pods this region's reach directly, over peered networks. */
  readonly routed: readonly string[];
  /** Linked peers whose peering waits for a later update. */
  readonly heldPeerings: readonly string[];
}

/**
 * The cluster of a region, whatever the platform. What can be wrong outside the settings is checked before
 * the first resource: the tool that signs in and the name of the gateway, or whether an existing cluster can be joined.
 * @param kubeconfig of an existing cluster.
 */
export async function regionCluster(
  args: RegionClusterArgs,
  linked: readonly LinkedPeer[],
  kubeconfig?: pulumi.Output<string>,
): Promise<RegionCluster> {
  const { region, platform, mesh } = args;
  const eastWest = planEastWest({ mesh, region, setting: args.eastWest, linked });
  const neighbours = routedPeers(mesh, region.name);
  const routed = neighbours.map(({ name }) => name);
  if (platform === "existing") {
    if (kubeconfig === undefined)
      throw new Error("global-mesh:kubeconfig is missing for an existing cluster");
    const { namespaces, egressAddresses } = args;
    await checkExisting({ region: region.name, namespaces, kubeconfig: await plainOf(kubeconfig) });
    const existing = { region: region.name, clusterName: region.cluster, generation: args.clusterGeneration };
    const cluster = new ExistingCluster(region.cluster, {
      ...existing,
      kubeconfig,
      egressAddresses,
      eastWest,
    });
    return { cluster, providers: [cluster.provider], eastWest, routed, heldPeerings: [] };
  }
  requireKubelogin();
  const azure = azureProvider(args.location);
  const project = pulumi.getProject();
  await checkDnsLabel({ ...args, project, region: region.name }, azure);
  const peered = linked.filter((peer) => routed.includes(peer.region));
  const heldPeerings = await readHeldPeerings({ project, region: region.name, linked: peered }, azure);
  const cluster = new AksCluster(
    region.cluster,
    {
      ...args,
      project,
      eastWest,
      peerRanges: neighbours.map(({ cidr }) => cidr),
      peerEgress: callersOf({ mesh, region, linked, kiali: args.observability.kiali.enabled }),
    },
    { providers: [azure] },
  );
  return { cluster, providers: [azure, cluster.provider], eastWest, routed, heldPeerings };
}
