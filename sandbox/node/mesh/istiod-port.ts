import type { IstiodPorts } from "../../addresses";
import type { KubeClient } from "../../kube";
import { webhookPorts } from "./pods";

/**
 * Where the proxies of a cluster find istiod: where the webhook is that injected them. In a remote cluster that is
 * the istiod of its primary.
 *
 * @param own ports of the region's own istiod; those of every istiod are laid out alike.
 */
export async function istiodPort(kube: KubeClient, { https, secureGrpc }: IstiodPorts): Promise<number> {
  const webhooks = await kube.list({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    labelSelector: "app=sidecar-injector",
  });
  return (webhooks.flatMap(webhookPorts)[0] ?? https) + (secureGrpc - https);
}
