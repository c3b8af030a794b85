import * as core from "@pulumi/kubernetes/core/v1";
import { LINKERD_NAMESPACE } from "../../linkerd/names";
import type { Cluster } from "../cluster/cluster";
import { ownLabels } from "../internal/labels";

/**
 * The namespace of the control plane, as `linkerd install` makes it: its own pods come with their proxies, and its
 * webhooks must not be asked about them, or the control plane would wait for itself.
 */
export function linkerdNamespace(cluster: Cluster): core.Namespace {
  const labels = ownLabels(LINKERD_NAMESPACE, {
    "config.linkerd.io/admission-webhooks": "disabled",
    "linkerd.io/control-plane-ns": LINKERD_NAMESPACE,
    "linkerd.io/is-control-plane": "true",
    "pod-security.kubernetes.io/enforce": "privileged",
  });
  return new core.Namespace(
    LINKERD_NAMESPACE,
    { metadata: { name: LINKERD_NAMESPACE, labels, annotations: { "linkerd.io/inject": "disabled" } } },
    { provider: cluster.provider, dependsOn: [...cluster.foundations] },
  );
}
