import * as core from "@pulumi/kubernetes/core/v1";
import type { Cluster } from "../cluster/cluster";
import { ownLabels, SYSTEM_NAMESPACE } from "../internal/labels";

/**
 * The namespace of the control plane. The label says which network the cluster's pods are in; istiod reads it
 * before it looks at any pod, so the namespace is ours and not made by the first chart.
 */
export function systemNamespace(network: string, cluster: Cluster): core.Namespace {
  const labels = ownLabels(SYSTEM_NAMESPACE, { "topology.istio.io/network": network });
  return new core.Namespace(
    SYSTEM_NAMESPACE,
    { metadata: { name: SYSTEM_NAMESPACE, labels } },
    { provider: cluster.provider, dependsOn: [...cluster.foundations] },
  );
}
