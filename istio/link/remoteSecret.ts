import { stringify } from "yaml";
import { ownLabels } from "../model";

/** What one cluster's istiod needs to read another cluster. */
export interface ReaderCredential {
  /** Name of the cluster to be read; the same as its `global.multiCluster.clusterName`. */
  readonly cluster: string;
  /** Address of its API server. */
  readonly server: string;
  /** Certificate authority of the API server, PEM in base64. */
  readonly caData: string;
  /** Token of the reader's service account. */
  readonly token: string;
}

/** A Secret as it is applied to the reading cluster. */
export interface RemoteSecret {
  readonly metadata: {
    readonly name: string;
    readonly namespace: "istio-system";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** In base64, as the API server stores it; `stringData` would come back as something else. */
  readonly data: Readonly<Record<string, string>>;
}

/** Name of the secret by which istiod learns of a cluster. */
export function remoteSecretName(cluster: string): string {
  return `istio-remote-secret-${cluster}`;
}

/** The one form of kubeconfig that every istiod takes: inline certificate authority and bearer token. */
export function readerKubeconfig({ cluster, server, caData, token }: ReaderCredential): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { "certificate-authority-data": caData, server } }],
    users: [{ name: cluster, user: { token } }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    "current-context": cluster,
    preferences: {},
  });
}

/**
 * The secret that links a cluster, in the form of `istioctl create-remote-secret`. Its key is the cluster's
 * name: under another one istiod would take the cluster for a second one and count its workloads twice.
 */
export function remoteSecret(credential: ReaderCredential): RemoteSecret {
  const { cluster } = credential;
  return {
    metadata: remoteSecretMetadata(cluster),
    data: { [cluster]: Buffer.from(readerKubeconfig(credential)).toString("base64") },
  };
}

/** The public part of that secret, for whoever has not seen the credential. */
export function remoteSecretMetadata(cluster: string): RemoteSecret["metadata"] {
  return {
    name: remoteSecretName(cluster),
    namespace: "istio-system",
    labels: { ...ownLabels(cluster), "istio/multiCluster": "true" },
    annotations: { "networking.istio.io/cluster": cluster },
  };
}
