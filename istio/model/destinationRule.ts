import type { IstioObject } from "./resource";

/** Locality pattern → percent of the traffic that goes there. */
export type LocalityShares = Readonly<Record<string, number>>;

export interface LocalityLbSetting {
  readonly enabled: true;
  readonly distribute?: readonly { readonly from: string; readonly to: LocalityShares }[];
  readonly failover?: readonly { readonly from: string; readonly to: string }[];
}

export interface ConsistentHashLb {
  readonly httpHeaderName?: string;
  readonly httpCookie?: { readonly name: string; readonly path?: string; readonly ttl: string };
  readonly httpQueryParameterName?: string;
  readonly useSourceIp?: true;
  readonly ringHash?: { readonly minimumRingSize: number };
}

/** At most one of `simple` and `consistentHash`; neither means LEAST_REQUEST. */
export interface LoadBalancer {
  readonly simple?: "LEAST_REQUEST" | "RANDOM" | "ROUND_ROBIN";
  readonly consistentHash?: ConsistentHashLb;
  readonly localityLbSetting?: LocalityLbSetting;
}

export interface ConnectionPoolSettings {
  readonly tcp?: {
    readonly maxConnections?: number;
    readonly connectTimeout?: string;
    readonly idleTimeout?: string;
  };
  readonly http?: {
    readonly http1MaxPendingRequests?: number;
    readonly http2MaxRequests?: number;
    readonly maxRequestsPerConnection?: number;
    readonly maxRetries?: number;
    readonly idleTimeout?: string;
  };
}

export interface OutlierDetection {
  readonly consecutiveGatewayErrors: number;
  readonly consecutive5xxErrors: number;
  readonly interval: string;
  readonly baseEjectionTime: string;
  readonly maxEjectionPercent: number;
  readonly minHealthPercent: number;
}

export interface TrafficPolicy {
  readonly loadBalancer?: LoadBalancer;
  readonly connectionPool?: ConnectionPoolSettings;
  readonly outlierDetection?: OutlierDetection;
  readonly tls?: { readonly mode: "ISTIO_MUTUAL" };
}

export interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DestinationRuleSpec {
  readonly host: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
  /** Namespaces whose proxies are told of it, `.` for its own; without it all. */
  readonly exportTo?: readonly string[];
}

export type DestinationRule = IstioObject<"DestinationRule", DestinationRuleSpec>;
