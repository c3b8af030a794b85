import type { IstioObject } from "./resource";

/** API version of EnvoyFilter; there is no other one. */
export const ENVOY_FILTER_V1ALPHA3 = "networking.istio.io/v1alpha3";

/** Which proxies' listeners and routes a patch is for. */
export type PatchContext = "SIDECAR_INBOUND" | "GATEWAY";

const EXTENSIONS = "type.googleapis.com/envoy.extensions.filters.http";

/** Envoy's types of the filters that we add. */
export const LOCAL_RATE_LIMIT = `${EXTENSIONS}.local_ratelimit.v3.LocalRateLimit` as const;
export const GLOBAL_RATE_LIMIT = `${EXTENSIONS}.ratelimit.v3.RateLimit` as const;
export const RBAC = `${EXTENSIONS}.rbac.v3.RBAC` as const;

/** A switch that is always on, under a name by which Envoy's runtime could turn it. */
export interface RuntimeFraction {
  readonly runtime_key: string;
  readonly default_value: { readonly numerator: 100; readonly denominator: "HUNDRED" };
}

/** Envoy's local_ratelimit: a token bucket in the proxy itself. */
export interface LocalRateLimitConfig {
  readonly "@type": typeof LOCAL_RATE_LIMIT;
  readonly stat_prefix: string;
  readonly token_bucket: {
    readonly max_tokens: number;
    readonly tokens_per_fill: number;
    /** Protobuf's JSON knows seconds only. */
    readonly fill_interval: `${number}s`;
  };
  readonly filter_enabled: RuntimeFraction;
  readonly filter_enforced: RuntimeFraction;
  readonly enable_x_ratelimit_headers: "DRAFT_VERSION_03";
}

/** Envoy's ratelimit: a question to a service that counts for all proxies. */
export interface GlobalRateLimitConfig {
  readonly "@type": typeof GLOBAL_RATE_LIMIT;
  readonly domain: string;
  readonly timeout: `${number}s`;
  readonly failure_mode_deny: boolean;
  readonly enable_x_ratelimit_headers: "DRAFT_VERSION_03";
  readonly rate_limit_service: {
    readonly grpc_service: {
      readonly envoy_grpc: { readonly cluster_name: string; readonly authority: string };
    };
    readonly transport_api_version: "V3";
  };
}

/** Envoy's rbac: refuses whatever has such a path. */
export interface RefusedPathsConfig {
  readonly "@type": typeof RBAC;
  readonly rules: {
    readonly action: "DENY";
    /** Each under the name by which the proxy's log tells what refused. */
    readonly policies: Readonly<
      Record<
        string,
        {
          readonly permissions: readonly {
            readonly url_path: { readonly path: { readonly safe_regex: { readonly regex: string } } };
          }[];
          readonly principals: readonly { readonly any: true }[];
        }
      >
    >;
  };
}

export type HeaderMatcher =
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly safe_regex: { readonly regex: string } };

/** One entry of a descriptor; a request that does not have it has no descriptor at all. */
export type RateLimitAction =
  | { readonly generic_key: { readonly descriptor_key: string; readonly descriptor_value: string } }
  | {
      readonly header_value_match: {
        readonly descriptor_key: string;
        readonly descriptor_value: string;
        readonly expect_match: true;
        readonly headers: readonly { readonly name: string; readonly string_match: HeaderMatcher }[];
      };
    }
  | { readonly request_headers: { readonly header_name: string; readonly descriptor_key: string } };

/** Puts a filter in front of all others of a listener's HTTP connections. */
export interface HttpFilterPatch {
  readonly applyTo: "HTTP_FILTER";
  readonly match: {
    readonly context: PatchContext;
    readonly listener: {
      readonly filterChain: {
        readonly filter: { readonly name: "envoy.filters.network.http_connection_manager" };
      };
    };
  };
  readonly patch: {
    readonly operation: "INSERT_FIRST";
    readonly value: {
      readonly name:
        "envoy.filters.http.local_ratelimit" | "envoy.filters.http.ratelimit" | "global-mesh.path-parameters";
      readonly typed_config: LocalRateLimitConfig | GlobalRateLimitConfig | RefusedPathsConfig;
    };
  };
}

/** Adds what is counted to every virtual host. */
export interface RateLimitsPatch {
  readonly applyTo: "VIRTUAL_HOST";
  readonly match: { readonly context: PatchContext };
  readonly patch: {
    readonly operation: "MERGE";
    readonly value: {
      readonly rate_limits: readonly { readonly actions: readonly RateLimitAction[] }[];
    };
  };
}

export interface EnvoyFilterSpec {
  readonly workloadSelector: { readonly labels: Readonly<Record<string, string>> };
  readonly configPatches: readonly (HttpFilterPatch | RateLimitsPatch)[];
}

export type EnvoyFilter = IstioObject<"EnvoyFilter", EnvoyFilterSpec>;
