import type * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, EastWestBalancer } from "./cluster";
import { foreignBalancer, type EastWestPlan } from "./east-west";
import { apiEndpoint, type ApiEndpoint } from "./kubeconfig";
import { kubernetesProvider } from "./provider";

/** Arguments of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  /** Name of the region. */
  readonly region: string;
  /** Name of the cluster in the mesh. */
  readonly clusterName: string;
  /** Kubeconfig; secret. */
  readonly kubeconfig: pulumi.Input<string>;
  /** See the setting `clusterGeneration`. */
  readonly generation: number;
  /** Addresses that the cluster's calls come from; empty where nobody has said them. */
  readonly egressAddresses: readonly string[];
  /** @default no east-west gateway */
  readonly eastWest?: EastWestPlan | undefined;
}

/** A cluster that somebody else made; only what is in it is ours. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly clusterName: string;
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
  readonly provider: kubernetes.Provider;
  readonly egressAddresses: pulumi.Output<string[]>;
  readonly eastWest?: EastWestBalancer;
  readonly foundations: readonly pulumi.Resource[] = [];

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:ExistingCluster", name, {}, opts);
    this.clusterName = args.clusterName;
    this.kubeconfig = pulumi.secret(args.kubeconfig);
    // Server and CA are public: everything that connects sees them.
    this.endpoint = pulumi.unsecret(this.kubeconfig.apply(apiEndpoint));
    this.egressAddresses = pulumi.output([...args.egressAddresses]);
    if (args.eastWest !== undefined) this.eastWest = foreignBalancer(args.eastWest.exposure);
    this.provider = kubernetesProvider(
      name,
      { kubeconfig: this.kubeconfig, region: args.region, generation: args.generation },
      { parent: this },
    );
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint });
  }
}
