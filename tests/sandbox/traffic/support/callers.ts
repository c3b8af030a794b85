import type { KubeObject } from "../../../../sandbox/kube";
import { APP_IMAGE } from "../../../../sandbox/node/images";

/** Where a server of the catalog listens. */
const PORT = 8080;

/** A workload that only calls: in the catalog it is a name in `access` or `otherCallers`, and nothing runs it. */
export function caller(namespace: string, name: string): readonly KubeObject[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace,
        labels: { app: name },
        annotations: { "sidecar.istio.io/rewriteAppHTTPProbers": "false" },
      },
      spec: { serviceAccountName: name, containers: [{ name: "app", image: `${APP_IMAGE}:1` }] },
    },
  ];
}

/** A pod of a service of the catalog, beside its Deployment: with a second port, which the catalog does not make. */
export function server(namespace: string, name: string, second: number): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { app: name },
      annotations: { "sidecar.istio.io/rewriteAppHTTPProbers": "false" },
    },
    spec: {
      serviceAccountName: name,
      containers: [
        {
          name: "app",
          image: `${APP_IMAGE}:1`,
          ports: [{ name: "http", containerPort: PORT }, { containerPort: second }],
          readinessProbe: { tcpSocket: { port: PORT } },
        },
      ],
    },
  };
}
