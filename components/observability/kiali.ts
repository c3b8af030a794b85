import { createHash } from "node:crypto";
import * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { soundCredential, type ReaderCredential } from "../../istio/link";
import {
  KIALI_ACCESS,
  KIALI_CLUSTERS_METADATA,
  KIALI_SIGNING,
  kialiClusters,
  OBSERVABILITY_NAMESPACE,
} from "../../istio/observability";
import type { ApiEndpoint } from "../cluster/kubeconfig";
import { ownLabels } from "../internal/labels";
import { forUserSync } from "../internal/run-error";
import { secretData } from "../internal/secret-data";
import { KIALI_CREDENTIAL, type LinkedPeer } from "../link/peers";
import { accountToken, mutableRules, type TokenGenerations } from "../link/token";

/** Name of the account by which the peers' Kialis look at this cluster. */
const KIALI_READER = "global-mesh-kiali";

/** Arguments of {@link KialiClusters}. */
export interface KialiClustersArgs {
  readonly clusterName: string;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
  readonly generations: TokenGenerations;
  readonly linked: readonly LinkedPeer[];
}

/** How a region's Kiali sees the other clusters, and how theirs see this one. */
export class KialiClusters extends pulumi.ComponentResource {
  /** By which the peers' Kialis look at this cluster. Secret. */
  readonly credential: pulumi.Output<ReaderCredential>;
  /**
   * Changes with the clusters that Kiali sees and their tokens. It reads them at its start only, so its pods are to
   * carry this.
   */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: KialiClustersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:observability:KialiClusters", name, {}, opts);
    const child = { parent: this };
    const labels = ownLabels(KIALI_READER);
    const namespace = OBSERVABILITY_NAMESPACE;
    const metadata = { name: KIALI_READER, namespace, labels };
    const account = new core.ServiceAccount(`${name}-account`, { metadata }, child);
    const role = new rbac.ClusterRole(
      `${name}-role`,
      { metadata: { name: KIALI_READER, labels }, rules: mutableRules(KIALI_ACCESS) },
      child,
    );
    new rbac.ClusterRoleBinding(
      `${name}-role-binding`,
      {
        metadata: { name: KIALI_READER, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
      },
      child,
    );
    this.credential = accountToken(
      `${name}-token`,
      {
        setting: KIALI_CREDENTIAL,
        secret: "kiali-reader",
        generations: args.generations,
        account,
        namespace,
        labels,
        cluster: args.clusterName,
        endpoint: args.endpoint,
      },
      child,
    );
    const clusters = pulumi.secret(pulumi.all(args.linked.flatMap(credentialOf))).apply(kialiClusters);
    new core.Secret(
      `${name}-clusters`,
      {
        metadata: { ...KIALI_CLUSTERS_METADATA, labels: { ...KIALI_CLUSTERS_METADATA.labels } },
        data: pulumi.secret(clusters.apply((data) => ({ ...data }))),
      },
      child,
    );
    // A digest of tokens tells nothing of them: they are long and random.
    this.fingerprint = pulumi.unsecret(
      clusters.apply((data) => createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16)),
    );
    this.registerOutputs({ fingerprint: this.fingerprint });
  }
}

/** A peer whose region has no Kiali lets nobody look at its cluster. */
function credentialOf({ cluster, kialiCredential }: LinkedPeer): readonly pulumi.Output<ReaderCredential>[] {
  if (kialiCredential === undefined) return [];
  const peer = pulumi.secret(kialiCredential) as pulumi.Output<ReaderCredential>;
  return [
    pulumi.secret(
      peer.apply((known) =>
        forUserSync(() => soundCredential(`${KIALI_CREDENTIAL} of ${cluster}`, { ...known, cluster })),
      ),
    ),
  ];
}

/** The key by which Kiali signs its sessions: without one the chart would draw another at each update. */
export function kialiSigningKey(name: string, opts: pulumi.CustomResourceOptions): core.Secret {
  const key = new RandomPassword(`${name}-key`, { length: 32, special: false }, opts);
  return new core.Secret(
    name,
    {
      metadata: {
        name: KIALI_SIGNING.secret,
        namespace: OBSERVABILITY_NAMESPACE,
        labels: ownLabels("kiali"),
      },
      data: secretData(key.result.apply((text) => ({ [KIALI_SIGNING.key]: text }))),
    },
    opts,
  );
}
