import type { Application, Service } from "../../istio/intent";
import { versionsOf } from "../../istio/traffic/split";
import type { KubeObject } from "../../sandbox/kube";
import { APP_IMAGE } from "../../sandbox/node/images";

/** What a user who has no privileges may not listen at begins below this port. */
const FIRST_FREE_PORT = 1024;
/** Added to such a port, here as at the public addresses. */
const SHIFT = 8000;

/**
 * What runs behind the services of the catalog here: for each a ServiceAccount, a Service and a Deployment of each
 * version, all of the sandbox's own application. The catalog says who may call whom and how; what answers is the
 * user's business, and in the sandbox this stands for it.
 */
export function workloadObjects(
  applications: readonly Pick<Application, "services">[],
): readonly KubeObject[] {
  return applications.flatMap(({ services }) => services.flatMap(objectsOf));
}

/** The port that a container listens at for a service. */
export function containerPort(port: number): number {
  return port < FIRST_FREE_PORT ? port + SHIFT : port;
}

function objectsOf(service: Service): KubeObject[] {
  const { name, namespace, port, serviceAccount } = service;
  const portName = service.protocol.toLowerCase();
  const versions = versionsOf(service);
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: { app: name } },
      // By name, since the number may be another one here.
      spec: { selector: { app: name }, ports: [{ name: portName, port, targetPort: portName }] },
    },
    ...(versions.length === 0 ? [undefined] : versions).map((version) =>
      deployment(service, portName, version),
    ),
  ];
}

function deployment(service: Service, portName: string, version: string | undefined): KubeObject {
  const { name, namespace, serviceAccount } = service;
  const port = containerPort(service.targetPort);
  const labels = { app: name, ...(version === undefined ? {} : { version }) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: version === undefined ? name : `${name}-${version}`, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          // The node agent asks the application itself, as the kubelet of a pod without a proxy would.
          annotations: { "sidecar.istio.io/rewriteAppHTTPProbers": "false" },
        },
        spec: {
          serviceAccountName: serviceAccount,
          containers: [
            {
              name: "app",
              image: `${APP_IMAGE}:1`,
              ports: [{ name: portName, containerPort: port }],
              readinessProbe: { tcpSocket: { port } },
            },
          ],
        },
      },
    },
  };
}
