import assert from "node:assert/strict";
import type { ApplicationArgs, ServiceArgs } from "../../../istio/intent";
import { linkerdFaults, shops } from "./support/compile";

const SERVICE = "applications.shops.services.shop";

/** What a service may say, and the setting that is refused for it. */
const SERVICES: readonly (readonly [Partial<ServiceArgs>, string])[] = [
  [{ globalHost: "shop.global" }, "globalHost"],
  [{ locality: { failover: "any" } }, "locality"],
  [
    {
      versions: { v1: 100, v2: 0 },
      experiments: [{ name: "beta", match: { headers: { beta: "true" } }, to: { version: "v2" } }],
    },
    "experiments",
  ],
  [{ routes: [{ name: "api", match: { path: { prefix: "/api" } }, timeout: "5s" }] }, "routes"],
  [{ mirror: { to: { service: "shops/shop" }, percent: 10 } }, "mirror"],
  [
    { faults: [{ name: "slow", match: { headers: { slow: "1" } }, delay: { percent: 10, duration: "5s" } }] },
    "faults",
  ],
  [{ loadBalancing: "ROUND_ROBIN" }, "loadBalancing"],
  [{ connectionPool: { maxConnections: 100 } }, "connectionPool"],
  [{ outlier: {} }, "outlier"],
  [{ localRateLimit: { requests: 100, per: "60s" } }, "localRateLimit"],
  [{ deny: [{ name: "admin", paths: ["/admin"] }] }, "deny"],
  [{ jwt: [{ issuer: "https://i.example.com", jwksUri: "https://i.example.com/keys" }] }, "jwt"],
  [{ pathParameters: false }, "pathParameters"],
  [{ mtls: "PERMISSIVE" }, "mtls"],
  [{ portMtls: { 9090: "PERMISSIVE" } }, "portMtls"],
  [{ access: [{ from: ["a/b"], methods: ["GET"] }] }, "access[0].methods"],
  [{ access: [{ from: ["a/b"] }, { paths: ["/api/*"] }] }, "access[1].paths"],
  [{ timeout: "1.5s" }, "timeout"],
  [{ retries: { attempts: 1, on: ["5xx"], perTryTimeout: "0.5s" } }, "retries.perTryTimeout"],
  [{ retries: { attempts: 1 } }, "retries.on"],
  [{ retries: { attempts: 1, on: ["5xx", "reset"] } }, "retries.on"],
  [{ retries: { attempts: 1, on: ["5xx"] }, protocol: "GRPC" }, "retries"],
  [{ timeout: "5s", protocol: "TCP" }, "timeout"],
  [{ versions: { [`v${"1".repeat(60)}`]: 100 } }, "versions"],
];

const APPLICATIONS: readonly (readonly [Partial<ApplicationArgs>, string])[] = [
  [
    {
      raw: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "Sidecar",
          metadata: { name: "scope", namespace: "shops" },
          spec: {},
        },
      ],
    },
    "raw.scope.apiVersion",
  ],
  [{ telemetry: [{ name: "logs", scope: "mesh", accessLog: { disabled: true } }] }, "telemetry"],
  [
    {
      externalServices: [
        {
          name: "payments",
          namespace: "shops",
          hosts: ["api.example.com"],
          ports: [{ number: 443, protocol: "TLS" }],
          resolution: "DNS",
        },
      ],
    },
    "externalServices",
  ],
  [
    {
      gateways: [
        {
          name: "public",
          namespace: "istio-ingress",
          workload: { istio: "ingressgateway" },
          servers: [{ port: 80, protocol: "HTTP", hosts: ["shop.example.com"], httpsRedirect: true }],
          routes: [],
        },
      ],
    },
    "gateways",
  ],
  [{ rateLimitService: { address: "ratelimit.shops.svc.cluster.local:8081" } }, "rateLimitService"],
];

/** A line of the four parts that each refusal has. */
const SENTENCE = /^\S+: got .+; allowed is .+\. .+\.$/s;

describe("what Linkerd cannot honour", () => {
  for (const [changes, setting] of SERVICES) {
    it(`is refused of a service: ${JSON.stringify(changes).slice(0, 80)}`, () => {
      const faults = linkerdFaults(shops(changes));
      const own = faults.filter((line) => line.startsWith(`${SERVICE}.${setting}:`));
      assert.equal(own.length, 1, faults.join("\n"));
      assert.match(own[0] ?? "", SENTENCE);
    });
  }

  for (const [changes, setting] of APPLICATIONS) {
    it(`is refused of an application: ${setting}`, () => {
      const faults = linkerdFaults(shops({}, changes));
      const own = faults.filter((line) => line.startsWith(`applications.shops.${setting}:`));
      assert.equal(own.length, 1, faults.join("\n"));
      assert.match(own[0] ?? "", SENTENCE);
    });
  }

  it("is refused all at once, beside what is wrong with any mesh", () => {
    const faults = linkerdFaults(shops({ locality: { failover: "any" }, loadBalancing: "RANDOM", port: 0 }));
    for (const setting of ["locality", "loadBalancing", "port"]) {
      assert.ok(
        faults.some((line) => line.startsWith(`${SERVICE}.${setting}:`)),
        setting,
      );
    }
  });

  it("is not refused where a list is empty, or nothing is said", () => {
    assert.deepEqual(linkerdFaults(shops({ experiments: [], deny: [], calls: ["shops/shop"] })), []);
    assert.deepEqual(linkerdFaults(shops({ pathParameters: true })), []);
  });

  it("is no raw object of Linkerd's own, unless another object has its name", () => {
    const raw = (kind: string, name: string) => ({
      apiVersion: "policy.linkerd.io/v1beta3",
      kind,
      metadata: { name, namespace: "shops" },
      spec: {},
    });
    assert.deepEqual(linkerdFaults(shops({ access: [] }, { raw: [raw("Server", "admin")] })), []);
    const [fault] = linkerdFaults(shops({ access: [] }, { raw: [raw("Server", "shop")] }));
    assert.match(fault ?? "", /^raw: got "shops\/Server\/shop"; allowed is objects that nothing else makes/);
  });
});
