import type { GlobalRateLimit, RateLimitService, Service, TextMatch } from "../intent";
import type { EnvoyFilter, HeaderMatcher, RateLimitAction } from "../model";
import { ENVOY_FILTER_V1ALPHA3, GLOBAL_RATE_LIMIT, metadata } from "../model";
import type { BuildScope } from "../scope";
import { escaped } from "../traffic/httpMatch";
import { trimmed } from "../traffic/paths";
import type { ServiceAddress } from "./address";
import { serviceAddress } from "./address";
import { firstFilter } from "./patches";

/** Key of the descriptors' first entry, which says which limit is counted. */
export const LIMIT_KEY = "limit";

/** What the rate limit service counts a service's requests under. */
export function limitDomain({ name, namespace }: Service): string {
  return `${namespace}.${name}`;
}

/** Asks the rate limit service before a workload lets a request in. */
export function globalRateLimits(
  service: Service,
  { rateLimitService }: BuildScope,
): EnvoyFilter | undefined {
  const { name, namespace, globalRateLimits: limits = [] } = service;
  if (limits.length === 0 || rateLimitService === undefined) return undefined;
  const address = serviceAddress(rateLimitService.address);
  if (address === undefined) return undefined;
  return {
    apiVersion: ENVOY_FILTER_V1ALPHA3,
    kind: "EnvoyFilter",
    metadata: metadata(name, namespace, `${name}-global-rate-limit`),
    spec: {
      workloadSelector: { labels: { app: name } },
      configPatches: [
        firstFilter("SIDECAR_INBOUND", {
          name: "envoy.filters.http.ratelimit",
          typed_config: question(limitDomain(service), rateLimitService, address),
        }),
        {
          applyTo: "VIRTUAL_HOST",
          match: { context: "SIDECAR_INBOUND" },
          patch: {
            operation: "MERGE",
            value: { rate_limits: limits.map((limit) => ({ actions: actions(limit) })) },
          },
        },
      ],
    },
  };
}

function question(
  domain: string,
  { timeoutMs = 20, failClosed = false }: RateLimitService,
  { host, port }: ServiceAddress,
) {
  return {
    "@type": GLOBAL_RATE_LIMIT,
    domain,
    timeout: `${timeoutMs / 1000}s`,
    failure_mode_deny: failClosed,
    enable_x_ratelimit_headers: "DRAFT_VERSION_03",
    rate_limit_service: {
      grpc_service: { envoy_grpc: { cluster_name: `outbound|${port}||${host}`, authority: host } },
      transport_api_version: "V3",
    },
  } as const;
}

/** The name of the limit, then the value of the header: a request that lacks either is not counted. */
function actions({ name, perHeader, path }: GlobalRateLimit): readonly RateLimitAction[] {
  const limit = { descriptor_key: LIMIT_KEY, descriptor_value: name };
  return [
    path === undefined
      ? { generic_key: limit }
      : {
          header_value_match: {
            ...limit,
            expect_match: true,
            headers: [{ name: ":path", string_match: pathMatcher(path) }],
          },
        },
    { request_headers: { header_name: perHeader, descriptor_key: perHeader } },
  ];
}

/** Envoy's `:path` has the query in it; a prefix ends at a slash, as it does for routes. */
function pathMatcher(path: TextMatch): HeaderMatcher {
  if (typeof path === "string") return { safe_regex: { regex: `${escaped(path)}(\\?.*)?` } };
  if ("regex" in path) return { safe_regex: { regex: `(?:${path.regex})(\\?.*)?` } };
  const start = trimmed(path.prefix);
  return start === "" ? { prefix: "/" } : { safe_regex: { regex: `${escaped(start)}([/?].*)?` } };
}
