import * as core from "@pulumi/kubernetes/core/v1";
import { hasIstiod, regionOf, type Mesh, type Region } from "../../topology";
import type { Cluster } from "../cluster/cluster";
import { ownLabels, SYSTEM_NAMESPACE } from "../internal/labels";

/**
 * The namespace of the control plane. The label says which network the cluster's pods are in; istiod reads it
 * before it looks at any pod, so the namespace is ours and not made by the first chart. In a remote the annotation
 * names the cluster whose istiod is to run the proxies; without it that istiod would only read.
 */
export function systemNamespace(
  { mesh, region }: { readonly mesh: Mesh; readonly region: Region },
  cluster: Cluster,
): core.Namespace {
  const labels = ownLabels(SYSTEM_NAMESPACE, { "topology.istio.io/network": region.network });
  const annotations = hasIstiod(region)
    ? {}
    : {
        annotations: {
          "topology.istio.io/controlPlaneClusters": regionOf(mesh, region.controlPlane).cluster,
        },
      };
  return new core.Namespace(
    SYSTEM_NAMESPACE,
    { metadata: { name: SYSTEM_NAMESPACE, labels, ...annotations } },
    { provider: cluster.provider, dependsOn: [...cluster.foundations] },
  );
}
