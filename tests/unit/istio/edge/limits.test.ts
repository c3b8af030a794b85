import assert from "node:assert/strict";
import { parse } from "yaml";
import { gateway, type GlobalRateLimit } from "../../../../istio/intent";
import { globalRateLimits } from "../../../../istio/limits/global";
import { buildScope } from "../../../../istio/scope";
import { meshOf, shop } from "../support/fixtures";
import { compiled, shopsWith, specsOf } from "./support";

const http = { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } };
const always = (key: string) => ({
  runtime_key: key,
  default_value: { numerator: 100, denominator: "HUNDRED" },
});

function localFilter(context: string, bucket: object) {
  return {
    applyTo: "HTTP_FILTER",
    match: { context, listener: http },
    patch: {
      operation: "INSERT_FIRST",
      value: {
        name: "envoy.filters.http.local_ratelimit",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
          stat_prefix: "http_local_rate_limiter",
          token_bucket: bucket,
          filter_enabled: always("local_rate_limit_enabled"),
          filter_enforced: always("local_rate_limit_enforced"),
          enable_x_ratelimit_headers: "DRAFT_VERSION_03",
        },
      },
    },
  };
}

describe("a local rate limit", () => {
  it("of seed 002: 100 requests in 60 seconds for each pod of the ingress gateway", () => {
    const app = shopsWith({
      gateways: [
        gateway({
          name: "public",
          servers: [{ port: 80, protocol: "HTTP", hosts: ["example.com"] }],
          localRateLimit: { requests: 100, per: "60s" },
        }),
      ],
    });
    assert.deepEqual(specsOf([app], "EnvoyFilter"), {
      "istio-ingress/public-local-rate-limit": {
        workloadSelector: { labels: { istio: "ingressgateway" } },
        configPatches: [
          localFilter("GATEWAY", { max_tokens: 100, tokens_per_fill: 100, fill_interval: "60s" }),
        ],
      },
    });
  });

  it("of a service counts in each workload, in seconds whatever the unit", () => {
    const app = shopsWith({ services: [shop({ localRateLimit: { requests: 5, per: "2m", burst: 20 } })] });
    assert.deepEqual(specsOf([app], "EnvoyFilter"), {
      "shops/shop-local-rate-limit": {
        workloadSelector: { labels: { app: "shop" } },
        configPatches: [
          localFilter("SIDECAR_INBOUND", { max_tokens: 20, tokens_per_fill: 5, fill_interval: "120s" }),
        ],
      },
    });
  });
});

describe("a global rate limit", () => {
  const perUser: GlobalRateLimit = { name: "per-user", perHeader: "x-user-id", requests: 60, per: "minute" };
  const app = shopsWith({
    services: [shop({ globalRateLimits: [perUser] })],
    rateLimitService: { address: "ratelimit.istio-system.svc.cluster.local:8081" },
  });

  it("of seed 003: asks for each user before a workload lets a request in", () => {
    assert.deepEqual(specsOf([app], "EnvoyFilter"), {
      "shops/shop-global-rate-limit": {
        workloadSelector: { labels: { app: "shop" } },
        configPatches: [
          {
            applyTo: "HTTP_FILTER",
            match: { context: "SIDECAR_INBOUND", listener: http },
            patch: {
              operation: "INSERT_FIRST",
              value: {
                name: "envoy.filters.http.ratelimit",
                typed_config: {
                  "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
                  domain: "shops.shop",
                  timeout: "0.02s",
                  failure_mode_deny: false,
                  enable_x_ratelimit_headers: "DRAFT_VERSION_03",
                  rate_limit_service: {
                    grpc_service: {
                      envoy_grpc: {
                        cluster_name: "outbound|8081||ratelimit.istio-system.svc.cluster.local",
                        authority: "ratelimit.istio-system.svc.cluster.local",
                      },
                    },
                    transport_api_version: "V3",
                  },
                },
              },
            },
          },
          {
            applyTo: "VIRTUAL_HOST",
            match: { context: "SIDECAR_INBOUND" },
            patch: {
              operation: "MERGE",
              value: {
                rate_limits: [
                  {
                    actions: [
                      { generic_key: { descriptor_key: "limit", descriptor_value: "per-user" } },
                      { request_headers: { header_name: "x-user-id", descriptor_key: "x-user-id" } },
                    ],
                  },
                ],
              },
            },
          },
        ],
      },
    });
  });

  it("is counted by what the rate limit service mounts", () => {
    const [configMap, ...more] = compiled([app]).configMaps;
    assert.deepEqual(more, []);
    assert.equal(configMap?.metadata.namespace, "istio-system");
    assert.equal(configMap.metadata.name, "ratelimit-config");
    assert.deepEqual(Object.keys(configMap.data), ["shops.shop.yaml"]);
    assert.deepEqual(parse(configMap.data["shops.shop.yaml"] ?? ""), {
      domain: "shops.shop",
      descriptors: [
        {
          key: "limit",
          value: "per-user",
          descriptors: [{ key: "x-user-id", rate_limit: { unit: "minute", requests_per_unit: 60 } }],
        },
      ],
    });
    assert.deepEqual(compiled([shopsWith()]).configMaps, []);
  });

  const paths: readonly [GlobalRateLimit["path"], readonly string[], readonly string[]][] = [
    ["/a", ["/a", "/a?x=1"], ["/a/b", "/ab", "/b/a"]],
    [{ prefix: "/api" }, ["/api", "/api/", "/api/x", "/api?x"], ["/apiary", "/x/api"]],
    [{ prefix: "/a.b/" }, ["/a.b", "/a.b/c"], ["/acb/c"]],
    [{ regex: "/u/[0-9]+" }, ["/u/1", "/u/1?x"], ["/u/a", "/u/1/x"]],
  ];
  for (const [path, counted, free] of paths) {
    it(`counts the paths of ${JSON.stringify(path)}, whatever their query`, () => {
      const limited = shop({ globalRateLimits: [{ ...perUser, ...(path === undefined ? {} : { path }) }] });
      const filter = globalRateLimits(limited, buildScope([{ ...app, services: [limited] }], meshOf()));
      const regex = /"regex":"((?:[^"\\]|\\.)*)"/.exec(JSON.stringify(filter))?.[1];
      const matcher = new RegExp(`^(?:${JSON.parse(`"${regex ?? ""}"`) as string})$`);
      for (const one of counted) assert.match(one, matcher);
      for (const one of free) assert.doesNotMatch(one, matcher);
    });
  }
});
