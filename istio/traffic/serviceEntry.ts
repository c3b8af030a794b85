import type { Service } from "../intent";
import type { ServiceEntry } from "../model";
import { metadata, NETWORKING_V1 } from "../model";

/**
 * The global host of a service. By the selector istiod adds the pods of this cluster and of every linked
 * one, each with its own version, locality and identity; addresses of gateways would lose all three.
 */
export function serviceEntry(service: Service): ServiceEntry | undefined {
  if (service.globalHost === undefined) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "ServiceEntry",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: {
      hosts: [service.globalHost],
      ports: [
        {
          number: service.port,
          name: service.protocol.toLowerCase(),
          protocol: service.protocol,
          ...(service.targetPort === service.port ? {} : { targetPort: service.targetPort }),
        },
      ],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      workloadSelector: { labels: { app: service.name } },
    },
  };
}
