import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { detached } from "../internal/detached";

/** What the Kubernetes provider is made from. */
export interface KubernetesProviderArgs {
  /** Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Name of the region. */
  readonly region: string;
  /** Raised when the cluster behind the same name is another one; see the setting `clusterGeneration`. */
  readonly generation: number;
  /**
   * The cluster resource: its replacement replaces the provider and so everything in it.
   * @default none, for a cluster that is not ours
   */
  readonly cluster?: pulumi.Resource;
}

/**
 * The one provider for all objects of a region. The generation is part of its name: raising it makes a second
 * provider beside the old one, and what moves from one to the other is made anew. Were only its identifier
 * changed, the engine would close the provider that it still needs, see {@link replacedWith}.
 */
export function kubernetesProvider(
  name: string,
  args: KubernetesProviderArgs,
  opts: pulumi.ResourceOptions,
): kubernetes.Provider {
  const replacement = args.cluster === undefined ? undefined : replacedWith(args.cluster);
  return new kubernetes.Provider(
    `${name}-kubernetes-g${args.generation}`,
    {
      ...replacement?.args,
      kubeconfig: pulumi.secret(detached(args.kubeconfig)),
      // Known at preview: with an unknown kubeconfig and no identifier the provider plans to replace all.
      clusterIdentifier: `${args.region}-g${args.generation}`,
      // A changed secret is else deleted first, and istiod drops the cluster whose remote secret is gone.
      enableSecretMutable: true,
      enableServerSideApply: true,
      // What somebody edited with kubectl is drift to be taken back, not a conflict that stops the update.
      enablePatchForce: true,
      // deleteUnreachable stays unsaid, which is false: a cluster that cannot be reached is an outage. Said here, it
      // would go before PULUMI_K8S_DELETE_UNREACHABLE, the way out where the cluster is gone (docs/recovery/faults.md).
    },
    { ...opts, ...replacement?.opts },
  );
}

/**
 * Makes a real replacement of the cluster replace everything in it, in order and while the old cluster still
 * stands. Before the engine deletes a cluster that is to be replaced, it asks each dependent whether it would
 * have to be replaced as well, with every input that hangs on the cluster taken for unknown. So exactly one
 * input hangs on it, and changes only then: a namespace that is the default anyway.
 * - `replaceWith: [cluster]` replaces the provider, but what it serves is handed to the new one and never made
 *   again in the new cluster (CLI 3.220).
 * - `clusterIdentifier` or the kubeconfig in its place: where the provider's own answer is "replace", the engine
 *   closes the provider that it still needs to delete the objects ("the client connection is closing", 3.220).
 */
function replacedWith(cluster: pulumi.Resource) {
  return {
    args: { namespace: cluster.urn.apply(() => "default") },
    opts: { replaceOnChanges: ["namespace"] },
  };
}
