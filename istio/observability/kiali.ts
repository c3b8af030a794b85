import { ownLabels } from "../model";
import { readerKubeconfig, type PolicyRule, type ReaderCredential } from "../link";
import type { Values } from "../values";
import { addOnUrl, NO_PROXY, OBSERVABILITY_NAMESPACE } from "./addOns";

/** Secret with the key by which Kiali signs its sessions. */
export const KIALI_SIGNING = { secret: "kiali-signing-key", key: "key" } as const;

/** The one secret that Kiali's chart mounts whatever it is told: a kubeconfig for each other cluster. */
export const KIALI_CLUSTERS = "kiali-multi-cluster-secret";

/** What the values of Kiali depend on. */
export interface KialiInput {
  /** Name of the cluster that it runs in. @example "eastus-cluster" */
  readonly clusterName: string;
  /** Namespace of istiod. */
  readonly rootNamespace: string;
  /** Address of the Prometheus that it asks. */
  readonly prometheusUrl: string;
  /** Whether there is a Jaeger beside it. */
  readonly jaeger: boolean;
}

/**
 * Kiali over all clusters, that changes nothing. Over several clusters it knows no sign-in by a cluster's token, only
 * OpenID or none; so it asks for none, may only look, and is reached by `kubectl port-forward` alone, by whoever the API
 * server lets do that.
 */
export function kialiValues(input: KialiInput): Values {
  return {
    auth: { strategy: "anonymous" },
    deployment: {
      instance_name: "kiali",
      view_only_mode: true,
      service_type: "ClusterIP",
      ingress: { enabled: false },
      // Its own policy would let everybody in; the namespace's does not.
      network_policy: { enabled: false },
      pod_labels: NO_PROXY,
      image_pull_policy: "IfNotPresent",
    },
    kubernetes_config: { cluster_name: input.clusterName },
    // The clusters come in the one secret; looking for others would let whoever makes a secret here add a cluster.
    clustering: { autodetect_secrets: { enabled: false } },
    external_services: {
      istio: { root_namespace: input.rootNamespace },
      prometheus: { url: input.prometheusUrl },
      // Kiali only links to Grafana, and here no browser reaches that by an address of its own.
      grafana: { enabled: false },
      tracing: input.jaeger
        ? { enabled: true, provider: "jaeger", use_grpc: false, internal_url: addOnUrl("jaeger") }
        : { enabled: false },
    },
    login_token: { signing_key: `secret:${KIALI_SIGNING.secret}:${KIALI_SIGNING.key}` },
  };
}

const LOOK = ["get", "list", "watch"] as const;

/**
 * What Kiali needs in a cluster to show it, after the chart's own role for looking (kiali-server 2.29, role-viewer.yaml)
 * without what only OpenShift has and without the check of tokens, which signing in would need.
 */
export const KIALI_ACCESS: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["configmaps", "pods/log"], verbs: LOOK },
  {
    apiGroups: [""],
    resources: ["namespaces", "pods", "replicationcontrollers", "services"],
    verbs: LOOK,
  },
  // It asks each istiod for the state of its proxies, through the API server.
  { apiGroups: [""], resources: ["pods/portforward"], verbs: ["create"] },
  {
    apiGroups: ["apps"],
    resources: ["daemonsets", "deployments", "replicasets", "statefulsets"],
    verbs: LOOK,
  },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: LOOK },
  {
    apiGroups: [
      "networking.istio.io",
      "security.istio.io",
      "extensions.istio.io",
      "telemetry.istio.io",
      "inference.networking.k8s.io",
    ],
    resources: ["*"],
    verbs: LOOK,
  },
  {
    apiGroups: ["gateway.networking.k8s.io"],
    resources: [
      "gatewayclasses",
      "gateways",
      "grpcroutes",
      "httproutes",
      "referencegrants",
      "tcproutes",
      "tlsroutes",
    ],
    verbs: LOOK,
  },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["mutatingwebhookconfigurations"],
    verbs: ["list", "watch"],
  },
];

/** Metadata of the secret that names the other clusters to Kiali. */
export const KIALI_CLUSTERS_METADATA = {
  name: KIALI_CLUSTERS,
  namespace: OBSERVABILITY_NAMESPACE,
  labels: ownLabels("kiali"),
} as const;

/** A kubeconfig for each cluster, under the cluster's name, in base64. */
export function kialiClusters(credentials: readonly ReaderCredential[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    credentials
      .toSorted((one, other) => (one.cluster < other.cluster ? -1 : 1))
      .map((credential) => [
        credential.cluster,
        Buffer.from(readerKubeconfig(credential)).toString("base64"),
      ]),
  );
}
