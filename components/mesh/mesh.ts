import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { GATEWAYS, type ChartValues, type Value, type Values } from "../../istio/values";
import { ownLabels } from "../internal/labels";
import type { ChartName, ChartReference } from "./chart";
import type { MeshAddresses, MeshPlan } from "./plan";

/** Arguments of {@link Mesh}. */
export interface MeshArgs {
  /** Namespace of the control plane, which exists. */
  readonly namespace: pulumi.Input<string>;
  readonly plan: MeshPlan;
  readonly addresses: MeshAddresses;
  /** @default whether istiod's webhook can make gateways' pods proxies is not in doubt */
  readonly withoutGateways?: boolean;
}

/** Makes a Helm release of the mesh. */
export function meshRelease(
  logicalName: string,
  reference: ChartReference,
  spec: { name: string; namespace: pulumi.Input<string>; timeout: number; values: Values },
  opts: pulumi.ComponentResourceOptions,
): Release {
  const { values, ...rest } = spec;
  return new Release(
    logicalName,
    {
      ...rest,
      ...reference,
      values: values as Record<string, Value>,
      createNamespace: false,
      // A release that failed half way is taken back, or the next update finds it pending (pulumi-kubernetes#2054).
      atomic: true,
    },
    opts,
  );
}

/**
 * The control plane and the gateways of a region: base, then istiod, then the gateways. As Helm releases
 * and not as rendered charts, because istiod writes into its own webhooks and a rendered chart would fight it.
 */
export class Mesh extends pulumi.ComponentResource {
  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:mesh:Mesh", name, {}, opts);
    const { revision, charts, gateways, valuesFor } = args.plan;
    const values = valuesFor(args.addresses);
    const release = (
      logicalName: string,
      chart: ChartName,
      values: ChartValues[keyof ChartValues],
      spec: { name: string; namespace: pulumi.Input<string>; timeout: number },
      dependsOn: pulumi.Resource[],
    ): Release => meshRelease(logicalName, charts[chart], { ...spec, values }, { parent: this, dependsOn });
    const base = release(
      "istio-base",
      "base",
      values.base,
      { name: "istio-base", namespace: args.namespace, timeout: 300 },
      [],
    );
    // The revision is part of the name: a second control plane stands beside the first during an upgrade.
    const istiodName = revision === "default" ? "istiod" : `istiod-${revision}`;
    const istiod = release(
      `istiod-${revision}`,
      "istiod",
      values.istiod,
      // Ten minutes: the first node of an autoscaled pool may have to be made for it.
      { name: istiodName, namespace: args.namespace, timeout: 600 },
      [base],
    );
    const namespaces = new Map(
      gatewayNamespaces(args.plan).map((namespace) => [
        namespace,
        new core.Namespace(
          namespace,
          { metadata: { name: namespace, labels: ownLabels(namespace) } },
          { parent: this },
        ),
      ]),
    );
    for (const key of args.withoutGateways === true ? [] : gateways) {
      const { release: gateway, namespace } = GATEWAYS[key];
      release(
        gateway,
        "gateway",
        values[key],
        { name: gateway, namespace: namespaces.get(namespace)?.metadata.name ?? namespace, timeout: 600 },
        // The gateway's pods are injected by istiod: without it they would wait for an image named "auto".
        [istiod],
      );
    }
    this.registerOutputs({});
  }
}

/** Namespaces of the gateways of a region, each once. */
export function gatewayNamespaces({ gateways }: Pick<MeshPlan, "gateways">): readonly string[] {
  return [...new Set(gateways.map((key) => GATEWAYS[key].namespace))];
}
