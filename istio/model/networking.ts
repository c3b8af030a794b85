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
  /** Namespaces whose proxies are told of it, `.` for its own; without it all. */
  readonly exportTo?: readonly string[];
}

export type ServiceEntry = IstioObject<"ServiceEntry", ServiceEntrySpec>;
