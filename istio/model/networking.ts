import type { IstioObject } from "./resource";

/** API version of the traffic resources; served since Istio 1.22 and the stored one since 1.24. */
export const NETWORKING_V1 = "networking.istio.io/v1";

/** Protocols that Istio can route by more than the connection. */
export type Protocol = "HTTP" | "HTTP2" | "GRPC" | "HTTPS" | "TLS" | "TCP";

export interface ServicePort {
  readonly number: number;
  readonly name: string;
  readonly protocol: Protocol;
  readonly targetPort?: number;
}

export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly location: "MESH_INTERNAL" | "MESH_EXTERNAL";
  readonly resolution: "STATIC" | "DNS" | "NONE";
  readonly workloadSelector: { readonly labels: Readonly<Record<string, string>> };
}

/** Locality pattern → percent of the traffic that goes there. */
export type LocalityShares = Readonly<Record<string, number>>;

export interface LocalityLbSetting {
  readonly enabled: true;
  readonly distribute?: readonly { readonly from: string; readonly to: LocalityShares }[];
  readonly failover?: readonly { readonly from: string; readonly to: string }[];
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
  readonly loadBalancer?: { readonly localityLbSetting: LocalityLbSetting };
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
}

export type ServiceEntry = IstioObject<"ServiceEntry", ServiceEntrySpec>;
export type DestinationRule = IstioObject<"DestinationRule", DestinationRuleSpec>;
