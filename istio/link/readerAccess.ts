/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What the reader credential of a cluster may do there. */
export interface ReaderAccess {
  /** Rules of the ClusterRole. */
  readonly cluster: readonly PolicyRule[];
  /** Rules of the Role in the root namespace. */
  readonly rootNamespace: readonly PolicyRule[];
}

/** What the readers of a cluster are to it: peers with an istiod each, or the primary whose istiod runs its proxies. */
export type ReaderKind = "peers" | "primary";

/** istiod only ever follows: a list, or since Kubernetes 1.34 a watch that begins with the list. */
const FOLLOW = ["list", "watch"] as const;

/**
 * What istiod follows in a remote cluster that has a control plane of its own, with the place in Istio's
 * source (1.31) that makes it do so. Left out of the chart's reader role: reviews of tokens and access (only
 * for proxies that a cluster without a control plane sends), the multi-cluster services API (off by
 * default), and everything that Istio no longer reads.
 */
const CLUSTER_RULES: readonly PolicyRule[] = [
  {
    apiGroups: [""],
    resources: [
      // pkg/kube/multicluster/cluster.go:219 and buildClusterCollections: namespaces, nodes, pods, services
      // pilot/pkg/serviceregistry/kube/controller/controller.go NewController: the registry of the cluster
      "namespaces",
      "nodes",
      "pods",
      // pilot/pkg/credentials/kube/secrets.go:92: certificates for gateways without a control plane. A
      // multi-primary mesh never uses them, yet istiod waits for this list before it calls a cluster synced,
      // and its opt-out, PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER=false, makes it crash on the first
      // remote secret (nil CredentialsController in Cluster.Run). To be taken out as soon as that is mended.
      "secrets",
      "services",
    ],
    verbs: FOLLOW,
  },
  // pilot/pkg/serviceregistry/kube/controller/endpointslice.go:50: the endpoints of its services
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: FOLLOW },
  // pkg/kube/kclient/crdwatcher.go:67: which of the kinds below the cluster knows
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: FOLLOW },
  // pilot/pkg/serviceregistry/kube/controller/multicluster.go createWleConfigStore: workloads beside pods
  { apiGroups: ["networking.istio.io"], resources: ["workloadentries"], verbs: FOLLOW },
  // pkg/kube/multicluster/cluster.go buildClusterCollections and controller/network.go:86: gateways between
  // networks, followed in a flat mesh as well once the cluster knows the kind
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["gateways"], verbs: FOLLOW },
];

/** ConfigMaps with the roots and with revoked certificates, which istiod writes into every namespace. */
const WRITTEN = ["istio-ca-crl", "istio-ca-root-cert"];

/** The ConfigMap by which istiods agree on who writes those. */
const ELECTION = "istio-namespace-controller-election";

/** What the istiod that runs a remote's proxies does there besides. */
function primaryRules(revisions: readonly string[]): readonly PolicyRule[] {
  return [
    // security/pkg/server/ca/authenticate/kubeauth: whether a proxy's token is one of this cluster's
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    // pilot/pkg/credentials/kube/secrets.go Authorize: whether a gateway may have the certificate that it asks for
    { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
    // pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go; a creation cannot be bound to a name
    { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
    {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: WRITTEN,
      verbs: ["get", ...FOLLOW, "update"],
    },
    // pkg/webhooks/webhookpatch.go: the certificate authority of the webhook that injects proxies
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["mutatingwebhookconfigurations"],
      verbs: FOLLOW,
    },
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["mutatingwebhookconfigurations"],
      resourceNames: [...new Set(revisions.map(injectorName))].toSorted(),
      verbs: ["update"],
    },
    // multicluster.go checkShouldLead: whether the namespace names its cluster as the one that runs the proxies
    { apiGroups: [""], resources: ["namespaces"], resourceNames: ["istio-system"], verbs: ["get"] },
  ];
}

/**
 * What a reader credential needs for its readers' istiods to sync and to run what they run, and nothing else.
 * @param revisions control planes that read or are read, to name the ConfigMaps with their mesh settings.
 */
export function readerAccess(revisions: readonly string[], kind: ReaderKind = "peers"): ReaderAccess {
  const election = { apiGroups: [""], resources: ["configmaps"], resourceNames: [ELECTION] };
  return {
    cluster: [...CLUSTER_RULES, ...(kind === "primary" ? primaryRules(revisions) : [])],
    rootNamespace: [
      ...(kind === "primary" ? [{ ...election, verbs: ["get", "update"] }] : []),
      // pilot/pkg/serviceregistry/kube/controller/multicluster.go:178: the remote cluster's trust domain
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: [...new Set(revisions.map(meshConfigName))].toSorted(),
        verbs: FOLLOW,
      },
    ],
  };
}

/** Name of the webhook configuration that injects a revision's proxies. */
function injectorName(revision: string): string {
  return revision === "default" ? "istio-sidecar-injector" : `istio-sidecar-injector-${revision}`;
}

/** Name of the ConfigMap that holds the mesh settings of a revision. */
function meshConfigName(revision: string): string {
  return revision === "default" ? "istio" : `istio-${revision}`;
}
