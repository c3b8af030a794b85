import type { Service } from "../intent";
import { serviceHost } from "../intent";
import type { DestinationRule, MtlsMode, ServiceEntry, TrafficPolicy, VirtualService } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { localityLbSetting, outlierDefaults } from "./locality";
import { httpRoutes } from "./routes";
import { versionsOf } from "./split";

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

/** What is said about the requests of a service; none where Istio would do the same by itself. */
export function virtualService(service: Service, scope: BuildScope): VirtualService | undefined {
  if (!hasRoutes(service)) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "VirtualService",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: { hosts: [serviceHost(service)], http: httpRoutes(service, scope) },
  };
}

function hasRoutes(service: Service): boolean {
  const { versions, rollout, timeout, retries, mirror } = service;
  const lists = [service.experiments, service.routes, service.faults];
  return (
    [versions, rollout, timeout, retries, mirror].some((said) => said !== undefined) ||
    lists.some((list) => list !== undefined && list.length > 0)
  );
}

/** How clients reach the workloads of a service; none where there is nothing to say. */
export function destinationRule(
  service: Service,
  { regions, modeOf }: BuildScope,
): DestinationRule | undefined {
  const subsets = versionsOf(service);
  const policy = trafficPolicy(service, regions, modeOf(service));
  if (subsets.length === 0 && Object.keys(policy).length === 0) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "DestinationRule",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: {
      host: serviceHost(service),
      ...(Object.keys(policy).length === 0 ? {} : { trafficPolicy: policy }),
      ...(subsets.length === 0
        ? {}
        : { subsets: subsets.map((version) => ({ name: version, labels: { version } })) }),
    },
  };
}

function trafficPolicy(
  service: Service,
  regions: readonly string[],
  mode: MtlsMode | undefined,
): TrafficPolicy {
  const { locality, outlier } = service;
  // Without outlier detection no workload ever counts as failed, so nothing would fail over.
  const detects = outlier !== undefined || (locality !== undefined && "failover" in locality);
  return {
    ...(locality === undefined
      ? {}
      : { loadBalancer: { localityLbSetting: localityLbSetting(locality, regions) } }),
    ...(detects ? { outlierDetection: { ...outlierDefaults, ...outlier } } : {}),
    // The client's half of STRICT: left to itself istiod sends plaintext to a pod that has lost its proxy.
    ...(mode === "STRICT" ? { tls: { mode: "ISTIO_MUTUAL" as const } } : {}),
  };
}
