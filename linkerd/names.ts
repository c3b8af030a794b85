/** Namespace of the control plane; a part of every identity. */
export const LINKERD_NAMESPACE = "linkerd";

/** Namespace of the dashboard and its metrics. */
export const VIZ_NAMESPACE = "linkerd-viz";

/** What makes Linkerd's webhook inject proxies into a namespace. */
export const INJECT = { "linkerd.io/inject": "enabled" } as const;

/** Annotation of a namespace that says what its pods let in where no Server selects them. */
export const DEFAULT_INBOUND_POLICY = "config.linkerd.io/default-inbound-policy";

/** Name that the control plane's certificate must carry: identity checks for it when it starts. */
export function issuerName(trustDomain: string): string {
  return `identity.${LINKERD_NAMESPACE}.${trustDomain}`;
}

/**
 * Identity of a workload as its certificate carries it.
 * @param serviceAccount may be `*`: every account of the namespace.
 */
export function identityOf(namespace: string, serviceAccount: string, trustDomain: string): string {
  return `${serviceAccount}.${namespace}.serviceaccount.${issuerName(trustDomain)}`;
}

/** The Kubernetes Service that holds the workloads of one version. */
export function versionService(service: string, version: string): string {
  return `${service}-${version}`;
}
