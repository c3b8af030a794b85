import { keyOf } from "../callers";
import type { Gateway, LocalRateLimit, Service } from "../intent";
import type { EnvoyFilter, PatchContext, RuntimeFraction } from "../model";
import { ENVOY_FILTER_V1ALPHA3, LOCAL_RATE_LIMIT, metadata } from "../model";
import type { BuildScope } from "../scope";
import { firstFilter } from "./patches";

/** What each workload of a service lets in. */
export function serviceRateLimit({ name, namespace, localRateLimit }: Service): EnvoyFilter | undefined {
  return localRateLimit && filter(name, namespace, { app: name }, "SIDECAR_INBOUND", localRateLimit);
}

/** What each pod of a gateway lets in. */
export function gatewayRateLimit(gateway: Gateway, { gateway: merged }: BuildScope): EnvoyFilter | undefined {
  const { name, namespace, workload } = gateway;
  const { entry, localRateLimit } = merged(keyOf(gateway)) ?? {};
  return entry === gateway && localRateLimit
    ? filter(name, namespace, workload, "GATEWAY", localRateLimit)
    : undefined;
}

function filter(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  context: PatchContext,
  { requests, per, burst = requests }: LocalRateLimit,
): EnvoyFilter {
  return {
    apiVersion: ENVOY_FILTER_V1ALPHA3,
    kind: "EnvoyFilter",
    metadata: metadata(name, namespace, `${name}-local-rate-limit`),
    spec: {
      workloadSelector: { labels },
      configPatches: [
        firstFilter(context, {
          name: "envoy.filters.http.local_ratelimit",
          typed_config: {
            "@type": LOCAL_RATE_LIMIT,
            stat_prefix: "http_local_rate_limiter",
            token_bucket: { max_tokens: burst, tokens_per_fill: requests, fill_interval: `${seconds(per)}s` },
            filter_enabled: always("local_rate_limit_enabled"),
            filter_enforced: always("local_rate_limit_enforced"),
            // The seeds' %RATE_LIMIT_REMAINING% is no operator of Envoy: this makes it send the headers itself.
            enable_x_ratelimit_headers: "DRAFT_VERSION_03",
          },
        }),
      ],
    },
  };
}

function always(key: string): RuntimeFraction {
  return { runtime_key: key, default_value: { numerator: 100, denominator: "HUNDRED" } };
}

/** Length of a time in seconds. */
export function seconds(time: LocalRateLimit["per"]): number {
  const unit = { s: 1, m: 60, h: 3600 }[time.slice(-1)] ?? 1;
  return Number(time.slice(0, -1)) * unit;
}
