import type { MetricName, ReportingSide } from "../model";
import type { Percent } from "./units";

/** Whose proxies are meant: those of the whole mesh, of a namespace, or of a service as `namespace/name`. */
export type TelemetryScope = "mesh" | { readonly namespace: string } | { readonly service: string };

/** Which requests are logged, and where to. */
export interface AccessLogTelemetry {
  /** Providers of the mesh configuration. @default ["envoy"], the proxy's own output */
  readonly providers?: readonly string[];
  /** CEL expression over the request; only what it is true for is logged. @example "response.code >= 400" */
  readonly filter?: string;
  /** No log at all. @default false */
  readonly disabled?: boolean;
}

/** A change of Istio's standard metrics. */
export interface MetricChange {
  /** Name of the metric. @default "ALL_METRICS" @example "REQUEST_COUNT" */
  readonly metric?: MetricName;
  /** Side of a connection whose proxy reports. @default "CLIENT_AND_SERVER" */
  readonly mode?: ReportingSide;
  /** Whether the metric is left out. @default what the wider scope says */
  readonly disabled?: boolean;
  /** Tag → CEL expression for its value; `null` takes the tag out. @example { request_host: "request.host" } */
  readonly tags?: Readonly<Record<string, string | null>>;
}

/** Which metrics are reported, and where to. */
export interface MetricsTelemetry {
  /** Providers of the mesh configuration. @default ["prometheus"] */
  readonly providers?: readonly string[];
  /** Changes of single metrics, in order and after those of the wider scope; a later one wins. @default none */
  readonly overrides?: readonly MetricChange[];
}

/** Which requests are traced, and where to. */
export interface TracingTelemetry {
  /** Provider of the mesh configuration. @default what the wider scope says, else that of the mesh */
  readonly provider?: string;
  /** Percent of the requests that begin a trace. @default what the wider scope says @example 1 */
  readonly samplingPercent?: Percent;
  /** Literal tags. @default those of the wider scope @example { environment: "production" } */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether no spans are reported at all. @default what the wider scope says */
  readonly disabled?: boolean;
}

/**
 * What proxies report. Said for the mesh, a namespace or a service, each once. An access log takes the place of the
 * wider scope's; of metrics and traces what is left out stays as the wider scope has it (istiod,
 * pilot/pkg/model/telemetry.go).
 */
export interface TelemetryArgs {
  /** Name of the entry. @example "mesh-telemetry" */
  readonly name: string;
  /** Whom it is about. @example "mesh" */
  readonly scope: TelemetryScope;
  /** Log of requests. @default what the wider scope says */
  readonly accessLog?: AccessLogTelemetry;
  /** Metrics. @default what the wider scope says */
  readonly metrics?: MetricsTelemetry;
  /** Traces. @default what the wider scope says */
  readonly tracing?: TracingTelemetry;
}

export type Telemetry = TelemetryArgs;

/** What proxies report; checked together with everything else by `compile`. */
export function telemetry(args: TelemetryArgs): Telemetry {
  return args;
}
