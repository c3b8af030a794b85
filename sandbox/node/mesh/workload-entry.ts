import type { KubeObject } from "../../kube";
import { imageName, PROXY_IMAGE } from "../images";
import { DATA_PLANE, PART } from "./part";
import { namespaceOf, uidOf, type Pod } from "../types";

/** Label by which istiod knows the network that a workload is in. */
const NETWORK = "topology.istio.io/network";

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
      labels,
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
