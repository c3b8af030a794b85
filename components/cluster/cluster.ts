import type * as kubernetes from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { ApiEndpoint } from "./kubeconfig";

/** Public address of the ingress gateway, made by us before the gateway. */
export interface GatewayAddress {
  /** Name of the address, for the Service's annotation; plain. */
  readonly name: string;
  /** Group of the address, for the Service's annotation; plain. */
  readonly resourceGroup: string;
  readonly ip: pulumi.Output<string>;
  readonly fqdn: pulumi.Output<string>;
}

/** The load balancer of a region's east-west gateway. */
export interface EastWestBalancer {
  /** What the gateway's Service must say to get it; plain. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent where a load balancer that is not ours gives an address of its own choice. */
  readonly address?: pulumi.Output<string>;
}

/** What peers need to know of a region's network. */
export interface VirtualNetworkFacts {
  readonly id: string;
  /** Changes when the network is made anew under the same id. */
  readonly resourceGuid: string;
}

/** The network of a region, as far as peerings hang on it. */
export interface RegionNetwork {
  readonly resourceGroupName: pulumi.Output<string>;
  readonly virtualNetworkName: pulumi.Output<string>;
  readonly facts: pulumi.Output<VirtualNetworkFacts>;
}

/** A cluster that the mesh can be installed in, wherever it comes from. */
export interface Cluster {
  /** Name in the mesh; plain. */
  readonly clusterName: string;
  /** ARM id; absent for a cluster that is not in our hands. */
  readonly clusterId?: pulumi.Output<string>;
  /** Kubeconfig as the provider uses it; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
  /** The one provider for everything in the cluster. */
  readonly provider: kubernetes.Provider;
  /** Absent where the gateway's Service takes what address it gets. */
  readonly gateway?: GatewayAddress;
  /** Absent where the region has no east-west gateway. */
  readonly eastWest?: EastWestBalancer;
  /** Addresses that the cluster's own calls come from; empty where they are not known. */
  readonly egressAddresses: pulumi.Output<string[]>;
  /** Absent where there is no network of ours to peer. */
  readonly network?: RegionNetwork;
  /**
   * What must stand as long as anything in the cluster does. On destroy the cloud's load balancer lets go
   * of the address while the cluster may still change it.
   */
  readonly foundations: readonly pulumi.Resource[];
}
