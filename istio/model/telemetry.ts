import type { IstioObject, WorkloadSelector } from "./resource";

/** API version of Telemetry; served since Istio 1.22. */
export const TELEMETRY_V1 = "telemetry.istio.io/v1";

/** Standard metrics of Istio's proxies. */
export type MetricName =
  | "ALL_METRICS"
  | "REQUEST_COUNT"
  | "REQUEST_DURATION"
  | "REQUEST_SIZE"
  | "RESPONSE_SIZE"
  | "TCP_OPENED_CONNECTIONS"
  | "TCP_CLOSED_CONNECTIONS"
  | "TCP_SENT_BYTES"
  | "TCP_RECEIVED_BYTES"
  | "GRPC_REQUEST_MESSAGES"
  | "GRPC_RESPONSE_MESSAGES";

/** Side of a connection whose proxy reports. */
export type ReportingSide = "CLIENT" | "SERVER" | "CLIENT_AND_SERVER";

/** A provider of the mesh configuration, by its name there. */
export interface ProviderRef {
  readonly name: string;
}

export interface AccessLogging {
  readonly providers?: readonly ProviderRef[];
  readonly filter?: { readonly expression: string };
  readonly disabled?: true;
}

export type TagOverride =
  { readonly operation: "UPSERT"; readonly value: string } | { readonly operation: "REMOVE" };

export interface MetricOverride {
  readonly match: { readonly metric: MetricName; readonly mode: ReportingSide };
  readonly disabled?: boolean;
  readonly tagOverrides?: Readonly<Record<string, TagOverride>>;
}

export interface MetricReporting {
  readonly providers: readonly ProviderRef[];
  readonly overrides?: readonly MetricOverride[];
}

export interface TracingReporting {
  readonly providers?: readonly ProviderRef[];
  readonly randomSamplingPercentage?: number;
  readonly customTags?: Readonly<Record<string, { readonly literal: { readonly value: string } }>>;
  readonly disableSpanReporting?: boolean;
}

export interface TelemetrySpec {
  readonly selector?: WorkloadSelector;
  readonly accessLogging?: readonly AccessLogging[];
  readonly metrics?: readonly MetricReporting[];
  readonly tracing?: readonly TracingReporting[];
}

export type Telemetry = IstioObject<"Telemetry", TelemetrySpec>;
