import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { GATEWAY_NAME, type RegionInput, type Value } from "../../istio/values";
import { ownLabels } from "../internal/labels";
import type { ChartName } from "./chart";
import type { MeshPlan } from "./plan";

/** Namespace of the ingress gateway: apart from istiod, so that its owners need no right over the control plane. */
export const GATEWAY_NAMESPACE = "istio-ingress";

/** Arguments of {@link Mesh}. */
export interface MeshArgs {
  /** Namespace of the control plane, which exists. */
  readonly namespace: pulumi.Input<string>;
  readonly plan: MeshPlan;
  /** @default the cloud gives the gateway an address of its own choice */
  readonly gatewayAddress?: RegionInput["gatewayAddress"] | undefined;
}

/**
 * The control plane and the ingress gateway of a region: base, then istiod, then the gateway. As Helm releases
 * and not as rendered charts, because istiod writes into its own webhooks and a rendered chart would fight it.
 */
export class Mesh extends pulumi.ComponentResource {
  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:mesh:Mesh", name, {}, opts);
    const { revision, charts, valuesFor } = args.plan;
    const values = valuesFor(args.gatewayAddress);
    const release = (
      logicalName: string,
      chart: ChartName,
      spec: { name: string; namespace: pulumi.Input<string>; timeout: number },
      dependsOn: pulumi.Resource[],
    ): Release =>
      new Release(
        logicalName,
        {
          ...spec,
          ...charts[chart],
          values: values[chart] as Record<string, Value>,
          createNamespace: false,
          // A release that failed half way is taken back, or the next update finds it pending (pulumi-kubernetes#2054).
          atomic: true,
        },
        { parent: this, dependsOn },
      );
    const base = release(
      "istio-base",
      "base",
      { name: "istio-base", namespace: args.namespace, timeout: 300 },
      [],
    );
    // The revision is part of the name: a second control plane stands beside the first during an upgrade.
    const istiodName = revision === "default" ? "istiod" : `istiod-${revision}`;
    const istiod = release(
      `istiod-${revision}`,
      "istiod",
      // Ten minutes: the first node of an autoscaled pool may have to be made for it.
      { name: istiodName, namespace: args.namespace, timeout: 600 },
      [base],
    );
    const gatewayNamespace = new core.Namespace(
      GATEWAY_NAMESPACE,
      { metadata: { name: GATEWAY_NAMESPACE, labels: ownLabels(GATEWAY_NAMESPACE) } },
      { parent: this },
    );
    release(
      GATEWAY_NAME,
      "gateway",
      { name: GATEWAY_NAME, namespace: gatewayNamespace.metadata.name, timeout: 600 },
      // The gateway's pods are injected by istiod: without it they would wait for an image named "auto".
      [istiod],
    );
    this.registerOutputs({});
  }
}
