import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as resources from "@pulumi/azure-native/resources";
import type * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import {
  azureNames,
  networkSpec,
  type ApiAccessSetting,
  type ClusterSettings,
  type MaintenanceSettings,
  type Tags,
} from "../../azure";
import { subnetPlan, type NetworkPlugin, type Region } from "../../topology";
import { Addresses } from "./addresses";
import type { Cluster, EastWestBalancer, GatewayAddress, RegionNetwork } from "./cluster";
import { userKubeconfig } from "./credentials";
import { azureBalancer, type EastWestPlan } from "./east-west";
import { apiEndpoint, type ApiEndpoint, type LoginMode } from "./kubeconfig";
import { ManagedCluster } from "./managed-cluster";
import { Monitoring } from "./monitoring";
import { Network } from "./network";
import { kubernetesProvider } from "./provider";
import { ClusterRoles } from "./roles";

/** Arguments of {@link AksCluster}; those that are settings are described in docs/settings.md. */
export interface AksClusterArgs extends ClusterSettings {
  /** Name of the Pulumi project, part of the names in Azure. */
  readonly project: string;
  readonly region: Region;
  /** Azure location. */
  readonly location: string;
  readonly tags: Tags;
  readonly dnsLabel: string;
  readonly dnsLabelScope: "exact" | "tenant";
  readonly apiAccess: ApiAccessSetting;
  readonly maintenance: MaintenanceSettings;
  readonly monitoring: { readonly logs: boolean; readonly logRetentionDays: number };
  readonly kubelogin: LoginMode;
  readonly protect: boolean;
  readonly clusterGeneration: number;
  /** Ranges that the pods of the other regions have. */
  readonly peerRanges: readonly string[];
  /** Addresses that the linked peers' istiods come from. */
  readonly peerEgress: readonly string[];
  /** @default no east-west gateway */
  readonly eastWest?: EastWestPlan | undefined;
}

/** An AKS cluster with the network and the addresses that it needs; see azure/ for what it is and why. */
export class AksCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: string;
  readonly clusterId: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
  readonly provider: kubernetes.Provider;
  readonly gateway: GatewayAddress;
  readonly eastWest?: EastWestBalancer;
  readonly egressAddresses: pulumi.Output<string[]>;
  readonly network: RegionNetwork;
  readonly foundations: readonly pulumi.Resource[];

  constructor(name: string, args: AksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:AksCluster", name, {}, opts);
    const { region, location, project } = args;
    const names = azureNames(project, region.name);
    const tags = { ...args.tags, "part-of": "global-mesh", region: region.name };
    const common = { names, location, zones: region.zones, tags };
    const child = { parent: this };

    const group = new resources.ResourceGroup(
      `${name}-group`,
      { resourceGroupName: names.resourceGroup, location, tags },
      child,
    );
    const { dnsLabel, dnsLabelScope, eastWest, peerRanges } = args;
    const addresses = new Addresses(
      `${name}-addresses`,
      { ...common, dnsLabel, dnsLabelScope, eastWest: eastWest?.exposure === "public" },
      child,
    );
    const subnets = subnetPlan(region.cidr, routable(args.networkPlugin));
    const spec = networkSpec({ ...common, cidr: region.cidr, subnets, peerRanges, eastWest });
    const network = new Network(`${name}-network`, { resourceGroupName: group.name, spec }, child);
    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName: group.name, resourceName: names.identity, location, tags },
      child,
    );
    const scopes = [
      { key: "addresses", id: addresses.group.id },
      ...network.subnets.map(({ key, subnet }) => ({ key: `subnet-${key}`, id: subnet.id })),
    ];
    const roles = new ClusterRoles(`${name}-roles`, { principalId: identity.principalId, scopes }, child);
    const managed = new ManagedCluster(
      name,
      {
        ...args,
        input: { ...common, settings: args },
        resourceGroupName: group.name,
        nodeSubnetId: network.nodes.id,
        ...(network.pods === undefined ? {} : { podSubnetId: network.pods.id }),
        identityId: identity.id,
        egressId: addresses.egress.id,
        egressIp: addresses.egressIp,
        after: [...roles.assignments, ...addresses.balanced],
      },
      child,
    );
    const { cluster, pool } = managed;
    if (args.monitoring.logs) {
      const logs = { retentionDays: args.monitoring.logRetentionDays, clusterId: cluster.id };
      new Monitoring(`${name}-monitoring`, { ...common, resourceGroupName: group.name, ...logs }, child);
    }

    this.clusterName = region.cluster;
    this.clusterId = cluster.id;
    this.kubeconfig = userKubeconfig(names, args.kubelogin, { parent: this, dependsOn: [cluster] });
    this.endpoint = pulumi.unsecret(this.kubeconfig.apply(apiEndpoint));
    const provider = { kubeconfig: this.kubeconfig, region: region.name, generation: args.clusterGeneration };
    this.provider = kubernetesProvider(name, { ...provider, cluster }, child);
    this.gateway = addresses.gateway;
    if (eastWest !== undefined) this.eastWest = azureBalancer(eastWest.exposure, names, subnets, addresses);
    this.egressAddresses = addresses.egressIp.apply((ip) => [ip]);
    const { id, resourceGuid, name: virtualNetworkName } = network.virtualNetwork;
    const facts = pulumi.all([id, resourceGuid]).apply(([id, resourceGuid]) => ({ id, resourceGuid }));
    this.network = { resourceGroupName: group.name, virtualNetworkName, facts };
    this.foundations = [...roles.assignments, ...addresses.balanced, pool];
    this.registerOutputs({
      clusterName: this.clusterName,
      clusterId: this.clusterId,
      endpoint: this.endpoint,
    });
  }
}

/** Peers and load balancers route to pods; the settings refuse an overlay, this only tells the compiler. */
function routable(plugin: NetworkPlugin): Exclude<NetworkPlugin, "overlay"> {
  if (plugin !== "overlay") return plugin;
  throw new Error(
    'global-mesh:networkPlugin: "overlay" gives pods no routable address; use pod-subnet or node-subnet',
  );
}
