import { stringify } from "yaml";
import type { KubeObject } from "../../../../sandbox/kube";
import type { TestCluster } from "../../node/support/cluster";
import { SYSTEM } from "./install";

/** The secret by which an istiod reads the cluster of a region. */
export function remoteSecret(region: string, access: TestCluster["access"]): KubeObject {
  const name = `${region}-cluster`;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `istio-remote-secret-${name}`,
      namespace: SYSTEM,
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": name },
    },
    stringData: { [name]: kubeconfig(name, access) },
  };
}

function kubeconfig(name: string, { server, caData, operatorToken }: TestCluster["access"]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name, user: { token: operatorToken } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
