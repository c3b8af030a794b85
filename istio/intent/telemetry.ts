import type { Percent } from "./units";

/** What proxies report. Said for the mesh, a namespace or a service; the narrowest wins (Istio, Telemetry). */
export interface TelemetryArgs {
  /** Name of the entry. @example "mesh-telemetry" */
  readonly name: string;
  /** Whom it is about: the whole mesh, a namespace, or a service as `namespace/name`. */
  readonly scope: "mesh" | { readonly namespace: string } | { readonly service: string };
  /** Log of requests. @default what the wider scope says */
  readonly accessLog?: {
    /** Providers of the mesh configuration. @default ["envoy"] */
    readonly providers?: readonly string[];
    /** CEL expression over the request; only what it is true for is logged. @example "response.code >= 400" */
    readonly filter?: string;
    /** No log at all. @default false */
    readonly disabled?: boolean;
  };
  /** Metrics. @default what the wider scope says */
  readonly metrics?: {
    /** @default ["prometheus"] */
    readonly providers?: readonly string[];
    /** Changes of single metrics, by Istio's names. */
    readonly overrides?: readonly {
      /** @example "REQUEST_COUNT" @default all */
      readonly metric?: string;
      /** @default both */
      readonly mode?: "CLIENT" | "SERVER" | "CLIENT_AND_SERVER";
      readonly disabled?: boolean;
      /** Tag → CEL expression for its value; `null` takes the tag out. @example { request_host: "request.host" } */
      readonly tags?: Readonly<Record<string, string | null>>;
    }[];
  };
  /** Traces. @default what the wider scope says */
  readonly tracing?: {
    /** Provider of the mesh configuration. @default the mesh's own default provider */
    readonly provider?: string;
    /** Percent of the requests that begin a trace. @default what the mesh says @example 1 */
    readonly samplingPercent?: Percent;
    /** Literal tags. @example { environment: "production" } */
    readonly tags?: Readonly<Record<string, string>>;
    readonly disabled?: boolean;
  };
}
export type Telemetry = TelemetryArgs;

/** What proxies report; checked together with everything else by `compile`. */
export function telemetry(args: TelemetryArgs): Telemetry {
  return args;
}
