import type { KubeObject } from "../../kube";
import { imageName, PROXY_IMAGE } from "../images";
import { DATA_PLANE, PART } from "./part";
import { namespaceOf, uidOf, type Pod } from "../types";

/** Label by which istiod knows the network that a workload is in. */
const NETWORK = "topology.istio.io/network";

/** Label by which the webhook says that the proxy beside a workload takes mutual TLS of the mesh. */
const TLS_MODE = "security.istio.io/tlsMode";

/** Where a workload runs. */
export interface WorkloadPlace {
  /** The loopback address at which it is found. */
  readonly address: string;
  readonly region: string;
  readonly zone: string;
  /** Ports of a gateway, by the names that Services know them by. @default those of the pod's own containers */
  readonly ports?: Readonly<Record<string, number>>;
}

/**
 * The registration of a ready pod. EndpointSlices refuse loopback addresses, WorkloadEntries do not, and istiod takes
 * them for endpoints of every Service and ServiceEntry that selects their labels, at home and in linked clusters.
 */
export function workloadEntry(
  pod: Pod,
  { address, region, zone, ports = namedPorts(pod) }: WorkloadPlace,
): KubeObject {
  const labels = Object.fromEntries(
    Object.entries(pod.metadata.labels ?? {}).filter(([name]) => !name.startsWith("sandbox/")),
  );
  const network = labels[NETWORK];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    metadata: {
      name: pod.metadata.name,
      namespace: namespaceOf(pod),
      labels: { [PART]: DATA_PLANE },
      // A pod that is deleted by force takes its registration with it.
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: pod.metadata.name, uid: uidOf(pod) }],
    },
    spec: {
      address,
      // Of a pod without the label istiod believes that it takes plaintext, of a WorkloadEntry with a service account
      // that it does not: gateways, to which TLS of others is passed on, and pods without a proxy would be called in it.
      labels: { [TLS_MODE]: "disabled", ...labels },
      serviceAccount: pod.spec.serviceAccountName ?? "default",
      locality: `${region}/${zone}`,
      ...(network === undefined ? {} : { network }),
      ...(Object.keys(ports).length === 0 ? {} : { ports }),
    },
  };
}

/** Ports of the application by name: Services name their target ports by them, ServiceEntries their ports. */
function namedPorts(pod: Pod): Record<string, number> {
  const own = pod.spec.containers.filter(({ image }) => imageName(image) !== PROXY_IMAGE);
  return Object.fromEntries(
    own.flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort }) => (name === undefined ? [] : [[name, containerPort]])),
    ),
  );
}
