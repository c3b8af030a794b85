import assert from "node:assert/strict";
import { compile } from "../../../../istio/compile";
import type { ServiceArgs } from "../../../../istio/intent";
import type { DestinationRuleSpec } from "../../../../istio/model";
import { outlierDefaults } from "../../../../istio/traffic/locality";
import { everywhere, meshOf, shop, shops } from "../support/fixtures";

const host = "shop.global";

function specOf(args: Partial<ServiceArgs>): object | undefined {
  const app = shops(shop(args));
  const { objects } = compile([app], everywhere(app), meshOf());
  return objects.find(({ kind }) => kind === "DestinationRule")?.spec;
}

describe("what clients of a service keep to", () => {
  const policy = (trafficPolicy: DestinationRuleSpec["trafficPolicy"]) => ({ host, trafficPolicy });
  const hash = (consistentHash: object) => policy({ loadBalancer: { consistentHash } });
  const rows: readonly [string, Partial<ServiceArgs>, object | undefined][] = [
    ["nothing", {}, undefined],
    ["round robin", { loadBalancing: "ROUND_ROBIN" }, policy({ loadBalancer: { simple: "ROUND_ROBIN" } })],
    [
      "a subset for each region that requests may name, beside those of versions",
      { regionHeader: "x-mesh-region", versions: { v1: 100 } },
      {
        host,
        subsets: [
          { name: "v1", labels: { version: "v1" } },
          ...["eastus", "southeastasia", "westeurope"].map((region) => ({
            name: region,
            labels: { "topology.kubernetes.io/region": region },
          })),
        ],
      },
    ],
    ["random", { loadBalancing: "RANDOM" }, policy({ loadBalancer: { simple: "RANDOM" } })],
    [
      "a header",
      { loadBalancing: { hashBy: { header: "x-user-id" } } },
      hash({ httpHeaderName: "x-user-id" }),
    ],
    [
      "a cookie on a larger ring",
      { loadBalancing: { hashBy: { cookie: "session", ttl: "1h", path: "/" }, minimumRingSize: 4096 } },
      hash({ httpCookie: { name: "session", path: "/", ttl: "1h" }, ringHash: { minimumRingSize: 4096 } }),
    ],
    [
      "a query parameter",
      { loadBalancing: { hashBy: { queryParameter: "user" } } },
      hash({ httpQueryParameterName: "user" }),
    ],
    ["the address", { loadBalancing: { hashBy: { sourceAddress: true } } }, hash({ useSourceIp: true })],
    [
      "a hash and a locality, in one load balancer",
      { loadBalancing: { hashBy: { header: "x" } }, locality: { failover: "any" } },
      policy({
        loadBalancer: { consistentHash: { httpHeaderName: "x" }, localityLbSetting: { enabled: true } },
        outlierDetection: outlierDefaults,
      }),
    ],
    [
      "every limit of a pool",
      {
        connectionPool: {
          maxConnections: 1,
          connectTimeout: "5s",
          http1MaxPendingRequests: 2,
          http2MaxRequests: 3,
          maxRequestsPerConnection: 4,
          maxRetries: 5,
          idleTimeout: "30s",
        },
      },
      policy({
        connectionPool: {
          tcp: { maxConnections: 1, connectTimeout: "5s" },
          http: {
            http1MaxPendingRequests: 2,
            http2MaxRequests: 3,
            maxRequestsPerConnection: 4,
            maxRetries: 5,
            idleTimeout: "30s",
          },
        },
      }),
    ],
    [
      "the limits of connections",
      { protocol: "TCP", connectionPool: { maxConnections: 1, idleTimeout: "30s" } },
      policy({ connectionPool: { tcp: { maxConnections: 1, idleTimeout: "30s" } } }),
    ],
    [
      "the two versions of a rollout",
      { rollout: { stable: "v2", canary: "v10" } },
      {
        host,
        subsets: [
          { name: "v10", labels: { version: "v10" } },
          { name: "v2", labels: { version: "v2" } },
        ],
      },
    ],
  ];
  it("say mutual TLS by what the port of the workloads accepts, else by the service", () => {
    const tls = policy({ tls: { mode: "ISTIO_MUTUAL" } });
    assert.deepEqual(specOf({ mtls: "STRICT" }), tls);
    assert.deepEqual(specOf({ mtls: "PERMISSIVE", targetPort: 8080, portMtls: { 8080: "STRICT" } }), tls);
    assert.deepEqual(specOf({ mtls: "STRICT", portMtls: { 9090: "PERMISSIVE" } }), tls);
    assert.deepEqual(specOf({ mtls: "STRICT", portMtls: { 80: "PERMISSIVE" } }), undefined);
  });

  for (const [title, args, expected] of rows) {
    it(`say ${title}`, () => assert.deepEqual(specOf(args), expected));
  }
});
