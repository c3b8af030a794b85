import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import {
  AUTOSCALED,
  authorizedRanges,
  maintenanceWindows,
  managedCluster,
  userPool,
  type ApiAccessSetting,
  type ClusterInput,
  type MaintenanceSettings,
} from "../../azure";

/** Arguments of {@link ManagedCluster}. */
export interface ManagedClusterArgs {
  /** Everything that is plain. */
  readonly input: ClusterInput;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly nodeSubnetId: pulumi.Input<string>;
  /** @default pods take addresses of the nodes' subnet */
  readonly podSubnetId?: pulumi.Input<string>;
  readonly identityId: pulumi.Input<string>;
  /** Address that nodes leave by. */
  readonly egressId: pulumi.Input<string>;
  readonly egressIp: pulumi.Output<string>;
  readonly peerEgress: readonly string[];
  readonly apiAccess: ApiAccessSetting;
  readonly maintenance: MaintenanceSettings;
  /** Whether the engine refuses to delete the cluster. */
  readonly protect: boolean;
  /** What must stand before the cluster and as long as it does. */
  readonly after: readonly pulumi.Resource[];
}

/** The AKS cluster itself with its second pool and its maintenance windows. */
export class ManagedCluster extends pulumi.ComponentResource {
  readonly cluster: containerservice.ManagedCluster;
  readonly pool: containerservice.AgentPool;

  constructor(name: string, args: ManagedClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:ManagedCluster", name, {}, opts);
    const { input, resourceGroupName } = args;
    const subnets = {
      vnetSubnetID: args.nodeSubnetId,
      ...(args.podSubnetId === undefined ? {} : { podSubnetID: args.podSubnetId }),
    };
    const { agentPoolProfiles, networkProfile, ...spec } = managedCluster(input);
    this.cluster = new containerservice.ManagedCluster(
      `${name}-cluster`,
      {
        resourceGroupName,
        ...spec,
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identityId] },
        agentPoolProfiles: agentPoolProfiles.map((pool) => ({ ...pool, ...subnets })),
        networkProfile: {
          ...networkProfile,
          loadBalancerProfile: { outboundIPs: { publicIPs: [{ id: args.egressId }] } },
        },
        apiServerAccessProfile: apiAccess(args),
      },
      {
        parent: this,
        protect: args.protect,
        dependsOn: [...args.after],
        ignoreChanges: [AUTOSCALED.cluster],
        // Azure takes a second cluster of the same name for an update of the first (pulumi-azure#182).
        deleteBeforeReplace: true,
        // Azure gives no promise how long a cluster takes; a bad day of it should not lose one half made.
        customTimeouts: { create: "60m", update: "90m", delete: "60m" },
      },
    );
    this.pool = new containerservice.AgentPool(
      `${name}-pool-user`,
      { resourceGroupName, resourceName: this.cluster.name, ...userPool(input), ...subnets },
      { parent: this, ignoreChanges: [AUTOSCALED.pool], deleteBeforeReplace: true },
    );
    for (const window of maintenanceWindows(args.maintenance)) {
      new containerservice.MaintenanceConfiguration(
        `${name}-${window.configName}`,
        { resourceGroupName, resourceName: this.cluster.name, ...window },
        // One change of a cluster at a time: the pool's creation blocks the others (OperationNotAllowed).
        { parent: this, dependsOn: [this.pool] },
      );
    }
    this.registerOutputs({ clusterId: this.cluster.id });
  }
}

/** Said for an open API server too: AKS keeps the ranges that it has where the section is missing. */
function apiAccess({ apiAccess: setting, egressIp, peerEgress }: ManagedClusterArgs) {
  return {
    authorizedIPRanges: egressIp.apply((ip) => authorizedRanges({ setting, ownEgress: [ip], peerEgress })),
    // `az aks command invoke` runs anything in the cluster from anywhere, around the ranges above.
    disableRunCommand: true,
  };
}
