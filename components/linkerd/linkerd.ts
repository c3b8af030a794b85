import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import type { Value } from "../../istio/values";
import { VIZ_NAMESPACE } from "../../linkerd/names";
import type { LinkerdChart } from "../../linkerd/values";
import { ownLabels } from "../internal/labels";
import type { ChartReference } from "../mesh/chart";
import { CHARTS } from "./charts";
import type { LinkerdPlan } from "./plan";

/** Arguments of {@link Linkerd}. */
export interface LinkerdArgs {
  /** Namespace of the control plane, which exists with anchor and issuer in it. */
  readonly namespace: pulumi.Input<string>;
  readonly plan: Pick<LinkerdPlan, "charts" | "values">;
}

/** Linkerd in a region: its CRDs, then the control plane, then, where it is wanted, metrics and dashboard. */
export class Linkerd extends pulumi.ComponentResource {
  constructor(name: string, args: LinkerdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:linkerd:Linkerd", name, {}, opts);
    const { charts, values } = args.plan;
    const release = (
      chart: LinkerdChart,
      reference: ChartReference,
      spec: { namespace: pulumi.Input<string>; timeout: number },
      dependsOn: pulumi.Resource[],
    ): Release =>
      new Release(
        CHARTS[chart],
        {
          ...spec,
          ...reference,
          name: CHARTS[chart],
          values: values[chart] as Record<string, Value>,
          createNamespace: false,
          // A release that failed half way is taken back, or the next update finds it pending (pulumi-kubernetes#2054).
          atomic: true,
        },
        { parent: this, dependsOn },
      );
    const crds = release("crds", charts.crds, { namespace: args.namespace, timeout: 300 }, []);
    const controlPlane = release(
      "controlPlane",
      charts.controlPlane,
      // Ten minutes: three replicas on three nodes, and an autoscaled pool may have to make some of them.
      { namespace: args.namespace, timeout: 600 },
      [crds],
    );
    if (charts.viz !== undefined) {
      const namespace = vizNamespace(this);
      // Its pods are injected like any other's, so the injector stands first.
      release("viz", charts.viz, { namespace: namespace.metadata.name, timeout: 600 }, [controlPlane]);
    }
    this.registerOutputs({});
  }
}

/** The chart would make it only for Linkerd's own CLI; by the label that CLI and the dashboard find the extension. */
function vizNamespace(parent: pulumi.Resource): core.Namespace {
  const labels = ownLabels(VIZ_NAMESPACE, {
    "linkerd.io/extension": "viz",
    // Injected pods set up their own network, which needs rights that narrower standards refuse.
    "pod-security.kubernetes.io/enforce": "privileged",
  });
  return new core.Namespace(VIZ_NAMESPACE, { metadata: { name: VIZ_NAMESPACE, labels } }, { parent });
}
