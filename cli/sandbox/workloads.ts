import type { Application, Service } from "../../istio/intent";
import { versionsOf } from "../../istio/traffic/split";
import type { KubeObject } from "../../sandbox/kube";
import { APP_IMAGE } from "../../sandbox/node/images";

/** What a user who has no privileges may not listen at begins below this port. */
const FIRST_FREE_PORT = 1024;
/** Added to such a port, here as at the public addresses. */
const SHIFT = 8000;

const PART = { "app.kubernetes.io/part-of": "mesh-sandbox" } as const;

/** Selects the Deployments that the sandbox made. */
export const PART_OF = Object.entries(PART)
  .map(([key, value]) => `${key}=${value}`)
  .join(",");

/**
 * What runs behind the services of the catalog here: for each a ServiceAccount, a Service and a Deployment of each
 * version, all of the sandbox's own application. The catalog says who may call whom and how; what answers is the
 * user's business, and in the sandbox this stands for it.
 *
 * @param replicas by Deployment, as `namespace/name`; one where it says nothing.
 */
export function workloadObjects(
  applications: readonly Pick<Application, "services">[],
  replicas: ReadonlyMap<string, number> = new Map(),
): readonly KubeObject[] {
  return applications.flatMap(({ services }) => services.flatMap((service) => objectsOf(service, replicas)));
}

/** The port that a container listens at for a service. */
export function containerPort(port: number): number {
  return port < FIRST_FREE_PORT ? port + SHIFT : port;
}

function objectsOf(service: Service, replicas: ReadonlyMap<string, number>): KubeObject[] {
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
      deployment(service, portName, version, replicas),
    ),
  ];
}

function deployment(
  service: Service,
  portName: string,
  version: string | undefined,
  replicas: ReadonlyMap<string, number>,
): KubeObject {
  const { namespace, serviceAccount } = service;
  const name = version === undefined ? service.name : `${service.name}-${version}`;
  const port = containerPort(service.targetPort);
  const labels = { app: service.name, ...(version === undefined ? {} : { version }) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: { ...labels, ...PART } },
    spec: {
      replicas: replicas.get(`${namespace}/${name}`) ?? 1,
      // A new pod beside the old one would need a place for a second proxy.
      strategy: { type: "Recreate" },
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
