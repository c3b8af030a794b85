import { clusterName } from "../topology";

/**
 * Names of everything that one region has in Azure. They are plain and explicit, never generated: the
 * credentials are read by name before the engine knows any id, and a name that is known at preview keeps an
 * edit of the cluster from blinding the rest of the preview.
 */
export interface AzureNames {
  /** Group of the cluster and its network. */
  readonly resourceGroup: string;
  /**
   * Group of the public addresses alone. The cluster's identity may change what is in it, and the role
   * cannot be narrower than a group: AKS lists the addresses of the whole group.
   */
  readonly addressGroup: string;
  /** Group that AKS makes for nodes and load balancers; named here so that a leak can be found by name. */
  readonly nodeResourceGroup: string;
  readonly cluster: string;
  readonly identity: string;
  readonly virtualNetwork: string;
  readonly securityGroup: string;
  readonly nodeSubnet: string;
  readonly podSubnet: string;
  readonly gatewayAddress: string;
  readonly egressAddress: string;
  readonly eastWestAddress: string;
  readonly workspace: string;
}

/**
 * @param project the Pulumi project, so that two projects in one subscription do not meet.
 * @param region the region's name, which is also its stack's.
 */
export function azureNames(project: string, region: string): AzureNames {
  const base = `${project}-${region}`;
  return {
    resourceGroup: base,
    addressGroup: `${base}-addresses`,
    nodeResourceGroup: `${base}-nodes`,
    cluster: clusterName(region),
    identity: `${region}-cluster`,
    virtualNetwork: `${region}-network`,
    securityGroup: `${region}-network`,
    nodeSubnet: "nodes",
    podSubnet: "pods",
    gatewayAddress: `${region}-gateway`,
    egressAddress: `${region}-egress`,
    eastWestAddress: `${region}-east-west`,
    workspace: `${base}-logs`,
  };
}

/** Name of the peering on this side of a pair of networks. */
export function peeringName(peer: string): string {
  return `to-${peer}`;
}
