import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { ReaderCredential } from "../../istio/link";
import { GRAFANA_ADMIN, ISOLATION, OBSERVABILITY_NAMESPACE } from "../../istio/observability";
import { mergeValues, type Value, type Values } from "../../istio/values";
import type { Cluster } from "../cluster/cluster";
import { ownLabels } from "../internal/labels";
import { secretData } from "../internal/secret-data";
import type { LinkedPeer } from "../link/peers";
import type { TokenGenerations } from "../link/token";
import { KialiClusters, kialiSigningKey } from "./kiali";
import { hasAddOn, type AddOn, type ObservabilityPlan } from "./plan";

/** Arguments of {@link Observability}. */
export interface ObservabilityArgs {
  readonly plan: ObservabilityPlan;
  readonly cluster: Pick<Cluster, "endpoint">;
  readonly clusterName: string;
  readonly linked: readonly LinkedPeer[];
  /** Of the token by which the peers' Kialis look at this cluster. */
  readonly generations: TokenGenerations;
}

/** What looks at the mesh from beside it, and what that shows to the peers; no resource where nothing is enabled. */
export function observe(
  args: ObservabilityArgs,
  opts: pulumi.ComponentResourceOptions,
): Pick<Observability, "kialiCredential"> {
  if (args.plan.addOns.length === 0) return { kialiCredential: undefined };
  return new Observability("observability", args, opts);
}

/** The add-ons of a region, in a namespace of their own. */
export class Observability extends pulumi.ComponentResource {
  /** By which the peers' Kialis look at this cluster; absent without a Kiali. Secret. */
  readonly kialiCredential: pulumi.Output<ReaderCredential> | undefined;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:observability:Observability", name, {}, opts);
    const { plan } = args;
    const inNamespace = { parent: this, dependsOn: this.namespace() };
    const secrets: pulumi.Resource[] = [];
    if (hasAddOn(plan, "grafana")) secrets.push(grafanaAdmin(`${name}-grafana-admin`, inNamespace));
    let kiali: KialiClusters | undefined;
    if (hasAddOn(plan, "kiali")) {
      secrets.push(kialiSigningKey(`${name}-kiali-signing`, inNamespace));
      kiali = new KialiClusters(`${name}-kiali`, { ...args, endpoint: args.cluster.endpoint }, inNamespace);
    }
    for (const addOn of plan.addOns) {
      const values =
        addOn.name === "kiali" && kiali !== undefined ? annotated(addOn.values, kiali) : addOn.values;
      this.release(addOn, values, [...inNamespace.dependsOn, ...secrets]);
    }
    this.kialiCredential = kiali?.credential;
    this.registerOutputs({});
  }

  /** The namespace, closed before anything stands in it. */
  private namespace(): pulumi.Resource[] {
    const namespace = new core.Namespace(
      OBSERVABILITY_NAMESPACE,
      { metadata: { name: OBSERVABILITY_NAMESPACE, labels: ownLabels(OBSERVABILITY_NAMESPACE) } },
      { parent: this },
    );
    const policies = ISOLATION.map(
      ({ name, podSelector, ingress }) =>
        new NetworkPolicy(
          name,
          {
            metadata: {
              name,
              namespace: OBSERVABILITY_NAMESPACE,
              labels: ownLabels(OBSERVABILITY_NAMESPACE),
            },
            spec: {
              podSelector: { ...podSelector },
              policyTypes: ["Ingress"],
              ingress: ingress.map(({ from, ports }) => ({
                from: [...from],
                ...(ports === undefined ? {} : { ports: [...ports] }),
              })),
            },
          },
          { parent: this, dependsOn: namespace },
        ),
    );
    return [namespace, ...policies];
  }

  private release(
    { name, chart }: AddOn,
    values: pulumi.Input<Values>,
    dependsOn: pulumi.Resource[],
  ): Release {
    return new Release(
      name,
      {
        name,
        namespace: OBSERVABILITY_NAMESPACE,
        ...chart,
        values: values as pulumi.Input<Record<string, Value>>,
        createNamespace: false,
        atomic: true,
        timeout: 600,
      },
      { parent: this, dependsOn },
    );
  }
}

/** Kiali reads the other clusters at its start: another annotation is another pod. */
function annotated(values: Values, { fingerprint }: KialiClusters): pulumi.Output<Values> {
  return fingerprint.apply((clusters) =>
    mergeValues(values, { deployment: { pod_annotations: { "global-mesh/clusters": clusters } } }),
  );
}

/** Name and password of Grafana's administrator, in a Secret and in no values. */
function grafanaAdmin(name: string, opts: pulumi.CustomResourceOptions): core.Secret {
  const password = new RandomPassword(`${name}-password`, { length: 32, special: false }, opts);
  const { secret, userKey, passwordKey, user } = GRAFANA_ADMIN;
  return new core.Secret(
    name,
    {
      metadata: { name: secret, namespace: OBSERVABILITY_NAMESPACE, labels: ownLabels("grafana") },
      data: secretData(password.result.apply((text) => ({ [userKey]: user, [passwordKey]: text }))),
    },
    opts,
  );
}
