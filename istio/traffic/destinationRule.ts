import type { ConnectionPool, LoadBalancing, Service } from "../intent";
import { serviceHost } from "../intent";
import type {
  ConnectionPoolSettings,
  ConsistentHashLb,
  DestinationRule,
  LoadBalancer,
  TrafficPolicy,
} from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { isHttp } from "../rules/protocol";
import { localityLbSetting, outlierDefaults } from "./locality";
import { regionalSubsets } from "./regional";
import { versionsOf } from "./split";

/** How clients reach the workloads of a service; none where there is nothing to say. */
export function destinationRule(service: Service, scope: BuildScope): DestinationRule | undefined {
  const subsets = [
    ...versionsOf(service).map((version) => ({ name: version, labels: { version } })),
    ...regionalSubsets(service, scope),
  ];
  const policy = trafficPolicy(service, scope);
  if (subsets.length === 0 && policy === undefined) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "DestinationRule",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: {
      host: serviceHost(service),
      ...(policy === undefined ? {} : { trafficPolicy: policy }),
      ...(subsets.length === 0 ? {} : { subsets }),
    },
  };
}

function trafficPolicy(service: Service, { regions, modeOf }: BuildScope): TrafficPolicy | undefined {
  const { connectionPool, locality, outlier } = service;
  const balancer = loadBalancer(service, regions);
  // Without outlier detection no workload ever counts as failed, so nothing would fail over.
  const detects = outlier !== undefined || (locality !== undefined && "failover" in locality);
  const policy = {
    ...(balancer === undefined ? {} : { loadBalancer: balancer }),
    ...(connectionPool === undefined
      ? {}
      : { connectionPool: connectionPoolSettings(connectionPool, isHttp(service.protocol)) }),
    ...(detects ? { outlierDetection: { ...outlierDefaults, ...outlier } } : {}),
    // The client's half of STRICT: left to itself istiod sends plaintext to a pod that has lost its proxy.
    ...(modeOf(service) === "STRICT" ? { tls: { mode: "ISTIO_MUTUAL" as const } } : {}),
  };
  return Object.keys(policy).length === 0 ? undefined : policy;
}

function loadBalancer(
  { loadBalancing, locality }: Service,
  regions: readonly string[],
): LoadBalancer | undefined {
  if (loadBalancing === undefined && locality === undefined) return undefined;
  return {
    ...(loadBalancing === undefined ? {} : choice(loadBalancing)),
    ...(locality === undefined ? {} : { localityLbSetting: localityLbSetting(locality, regions) }),
  };
}

function choice(loadBalancing: LoadBalancing): LoadBalancer {
  if (typeof loadBalancing === "string") return { simple: loadBalancing };
  const { hashBy, minimumRingSize } = loadBalancing;
  return {
    consistentHash: {
      ...hashKey(hashBy),
      // The field of that name beside the key is deprecated, and istiod warns of it.
      ...(minimumRingSize === undefined ? {} : { ringHash: { minimumRingSize } }),
    },
  };
}

function hashKey(by: Exclude<LoadBalancing, string>["hashBy"]): ConsistentHashLb {
  if ("header" in by) return { httpHeaderName: by.header };
  if ("queryParameter" in by) return { httpQueryParameterName: by.queryParameter };
  if ("sourceAddress" in by) return { useSourceIp: by.sourceAddress };
  const { cookie, ttl, path } = by;
  return { httpCookie: { name: cookie, ...(path === undefined ? {} : { path }), ttl } };
}

/** An idle connection is one without a request where the proxy sees requests, without a byte where it does not. */
export function connectionPoolSettings(pool: ConnectionPool, http: boolean): ConnectionPoolSettings {
  const { maxConnections, connectTimeout, idleTimeout, ...requests } = pool;
  const tcp = said({ maxConnections, connectTimeout, ...(http ? {} : { idleTimeout }) });
  const { http1MaxPendingRequests, http2MaxRequests, maxRequestsPerConnection, maxRetries } = requests;
  const perRequest = said({
    http1MaxPendingRequests,
    http2MaxRequests,
    maxRequestsPerConnection,
    maxRetries,
    ...(http ? { idleTimeout } : {}),
  });
  return {
    ...(Object.keys(tcp).length === 0 ? {} : { tcp }),
    ...(Object.keys(perRequest).length === 0 ? {} : { http: perRequest }),
  };
}

/** A record without what is not said. */
function said<T extends object>(record: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
