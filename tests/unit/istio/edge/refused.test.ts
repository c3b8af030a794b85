import assert from "node:assert/strict";
import {
  application,
  externalService,
  gateway,
  type ApplicationArgs,
  type ExternalServiceArgs,
  type GatewayArgs,
  type ServiceArgs,
} from "../../../../istio/intent";
import { faults, shop } from "../support/fixtures";
import { shopsWith } from "./support";

const HTTP = { port: 80, protocol: "HTTP", hosts: ["example.com"] } as const;
const HTTPS = { port: 443, protocol: "HTTPS", hosts: ["example.com"], tls: { credential: "c" } } as const;
const to = "shops/shop";

const gateways = (...all: Partial<GatewayArgs>[]) =>
  shopsWith({ gateways: all.map((args) => gateway({ name: "g", servers: [HTTP], ...args })) });
const external = (args: Partial<ExternalServiceArgs>) =>
  shopsWith({
    externalServices: [externalService({ name: "e", namespace: "shops", hosts: ["e.example.com"], ...args })],
  });
const services = (args: Partial<ServiceArgs>, app: Partial<ApplicationArgs> = {}) =>
  shopsWith({ services: [shop(args)], ...app });
const limit = { name: "l", perHeader: "x", requests: 1, per: "second" } as const;
const LIMITER = { rateLimitService: { address: "r.istio-system.svc.cluster.local:8081" } };

const G = "applications.shops.gateways.g";
const M = "gateways.istio-ingress/g";
const E = "applications.shops.externalServices.e";
const S = "applications.shops.services.shop";

describe("what cannot work at the edge of the mesh is refused", () => {
  it("and these forms are not", () => {
    assert.deepEqual(faults([gateways({ servers: [HTTP, HTTPS], routes: [{ name: "r", to }] })]), []);
    assert.deepEqual(faults([external({ tls: {} })]), []);
    assert.deepEqual(faults([services({ globalRateLimits: [limit] }, LIMITER)]), []);
  });

  it("nor a gateway that its service lets in, by account or by namespace", () => {
    const lets = (access: ServiceArgs["access"], workload = "ingressgateway") =>
      faults([
        shopsWith({
          ...gateways({ workload: { istio: workload }, routes: [{ name: "r", to }] }),
          ...(access && { services: [shop({ access })] }),
        }),
      ]);
    assert.deepEqual(lets([{ from: ["istio-ingress/istio-ingressgateway"] }]), []);
    assert.deepEqual(lets([{ namespaces: ["istio-ingress"] }]), []);
    assert.deepEqual(lets([{ from: ["a/b"] }, { paths: ["/open"] }]), []);
    assert.deepEqual(lets([{ from: ["a/b"] }], "somebody-elses"), []);
    assert.equal(lets([{ from: ["istio-ingress/istio-ingressgateway"] }], "internal-gateway").length, 1);
  });

  it("nor a host beside a wildcard whose routes it shares", () => {
    const servers = [{ ...HTTP, hosts: ["a.example.com", "*.example.com"] }];
    assert.deepEqual(faults([gateways({ servers, routes: [{ name: "r", to }] })]), []);
    // Where only the wildcard is served, each of the two has routes of its own.
    const wildcard = [{ ...HTTP, hosts: ["*.example.com"] }];
    const routes = [
      { name: "r", to },
      { name: "s", to, match: { path: "/s" }, hosts: ["a.example.com"] },
    ];
    assert.deepEqual(faults([gateways({ servers: wildcard, routes })]), []);
  });

  it("nor a host of two entries whose callers are others", () => {
    const entry = (name: string, caller: string) =>
      externalService({ name, namespace: "shops", hosts: ["e.example.com"], callers: [caller] });
    assert.deepEqual(faults([shopsWith({ externalServices: [entry("d", "a/b"), entry("e", "ops/c")] })]), []);
  });

  const rows: readonly [string, Parameters<typeof faults>[0], string][] = [
    ["every host", [gateways({ servers: [{ ...HTTP, hosts: ["*"] }] })], `${G}.servers[0].hosts: got "*"`],
    ["no host", [gateways({ servers: [{ ...HTTP, hosts: [] }] })], `${G}.servers[0].hosts: got []`],
    ["port 0", [gateways({ servers: [{ ...HTTP, port: 0 }] })], `${G}.servers[0].port: got 0`],
    [
      "HTTPS without a certificate",
      [gateways({ servers: [{ port: 443, protocol: "HTTPS", hosts: ["example.com"] }] })],
      `${G}.servers[0].tls.credential: got nothing`,
    ],
    [
      "a certificate for plaintext",
      [gateways({ servers: [{ ...HTTP, tls: { credential: "c" } }] })],
      `${G}.servers[0].tls: got {"credential":"c"}`,
    ],
    [
      "a redirect of HTTPS",
      [gateways({ servers: [{ ...HTTPS, httpsRedirect: true }] })],
      `${G}.servers[0].httpsRedirect: got true`,
    ],
    [
      "TLS that is opened",
      [gateways({ servers: [{ ...HTTPS, protocol: "TLS", tls: { mode: "SIMPLE" } }] })],
      `${G}.servers[0].tls.mode: got "SIMPLE"`,
    ],
    [
      "a certificate for what is passed on",
      [gateways({ servers: [{ ...HTTPS, tls: { mode: "PASSTHROUGH", credential: "c" } }] })],
      `${G}.servers[0].tls: got`,
    ],
    ["a gateway of all pods", [gateways({ workload: {} })], `${G}.workload: got {}`],
    ["a gateway of 64 letters", [gateways({ name: "g".repeat(64) })], ".name: got"],
    [
      "a gateway's namespace that nobody brings",
      [gateways({ namespace: "x", workload: { a: "b" } })],
      `${G}.namespace: got "x"`,
    ],
    [
      "a gateway that is not where its pods are",
      [gateways({ namespace: "istio-system" })],
      `${G}.namespace: got "istio-system"; allowed is istio-ingress, where the pods of istio-ingressgateway are`,
    ],
    ["a gateway without ports", [gateways({ servers: [] })], `${M}.servers: got []`],
    [
      "a host of two gateways on one port",
      [gateways({}, { name: "h" })],
      'gateways.istio-ingress/h.servers: got "example.com on 80"; allowed is a host that istio-ingress/g does not',
    ],
    [
      "a port that speaks TLS and does not",
      [gateways({ servers: [{ ...HTTP, hosts: ["a.com"], port: 443 }, HTTPS] })],
      `${M}.servers: got "HTTPS on 443"`,
    ],
    [
      "one gateway of two workloads",
      [gateways({}), application({ name: "b", gateways: [gateway({ name: "g", workload: { a: "b" } })] })],
      `${M}.workload: got`,
    ],
    [
      "two routes of a name",
      [
        gateways({
          routes: [
            { name: "r", match: { path: "/a" }, to },
            { name: "r", to },
          ],
        }),
      ],
      `${M}.routes: got "r"`,
    ],
    ["a route to nobody", [gateways({ routes: [{ name: "r", to: "a/b" }] })], `${M}.routes.r.to: got "a/b"`],
    [
      "a route of a host that no server has",
      [gateways({ routes: [{ name: "r", to, hosts: ["a.com"] }] })],
      `${M}.routes.r.hosts: got "a.com"`,
    ],
    [
      "a route behind one that takes all",
      [
        gateways({
          routes: [
            { name: "r", to },
            { name: "s", match: { path: { prefix: "/" } }, to },
          ],
        }),
      ],
      `${M}.routes.s: got "example.com"; allowed is requests that r leaves over`,
    ],
    [
      "a narrower match behind a wider one of the same path",
      [
        gateways({
          routes: [
            { name: "r", match: { path: "/a" }, to },
            { name: "s", match: { path: "/a", methods: ["GET"] }, to },
          ],
        }),
      ],
      `${M}.routes.s: got`,
    ],
    [
      "requests for a service of connections",
      [shopsWith({ ...gateways({ routes: [{ name: "r", to }] }), services: [shop({ protocol: "TCP" })] })],
      `${M}.routes.r.to: got "TCP"`,
    ],
    [
      "TLS for a service of requests",
      [
        gateways({
          servers: [{ port: 443, protocol: "TLS", hosts: ["a.com"] }],
          routes: [{ name: "r", to }],
        }),
      ],
      `${M}.routes.r.to: got "HTTP"`,
    ],
    [
      "two limits of a gateway",
      [
        gateways({ localRateLimit: { requests: 1, per: "1s" } }),
        application({
          name: "b",
          gateways: [gateway({ name: "g", localRateLimit: { requests: 1, per: "1s" } })],
        }),
      ],
      `${M}.localRateLimit: got 2`,
    ],
    [
      "a service that does not let the gateway in",
      [
        shopsWith({
          ...gateways({ routes: [{ name: "r", to }] }),
          services: [shop({ access: [{ from: ["a/b"] }] })],
        }),
      ],
      `${M}.routes.r.to: got "shops/shop"; allowed is a service that lets istio-ingress/istio-ingressgateway in`,
    ],
    [
      "routes of a host that a wildcard beside it may take",
      [
        gateways({
          servers: [{ ...HTTP, hosts: ["a.example.com", "*.example.com"] }],
          routes: [
            { name: "r", to, match: { path: { prefix: "/a" } } },
            { name: "s", to, match: { path: { prefix: "/a/b" } }, hosts: ["a.example.com"] },
          ],
        }),
      ],
      `${M}.routes: got "a.example.com"; allowed is a host with the routes of *.example.com`,
    ],
    [
      "an external caller that nobody is",
      [external({ callers: ["shop/shop"] })],
      `${E}.callers: got "shop/shop"; allowed is the service account of a service`,
    ],
    ["a service's host outside", [external({ hosts: ["shop.global"] })], `${E}.hosts: got "shop.global"`],
    [
      "a host of two entries that a proxy is told of",
      [
        shopsWith({
          externalServices: [
            externalService({ name: "d", namespace: "shops", hosts: ["e.example.com"], tls: {} }),
            externalService({ name: "e", namespace: "shops", hosts: ["e.example.com"] }),
          ],
        }),
      ],
      `${E}.hosts: got "e.example.com"; allowed is a host that shops/d does not have`,
    ],
    [
      "two limits of the same pods",
      [
        gateways(
          { localRateLimit: { requests: 1, per: "1s" } },
          {
            name: "h",
            servers: [{ ...HTTP, hosts: ["h.com"] }],
            localRateLimit: { requests: 2, per: "1s" },
          },
        ),
      ],
      "gateways.istio-ingress/h.localRateLimit: got",
    ],
    ["an external service without hosts", [external({ hosts: [] })], `${E}.hosts: got []`],
    ["a host that is none", [external({ hosts: ["a/b"] })], `${E}.hosts: got "a/b"`],
    ["an external caller of no namespace", [external({ callers: ["a"] })], `${E}.callers: got "a"`],
    ["no callers", [external({ callers: [] })], `${E}.callers: got []`],
    ["no ports", [external({ ports: [] })], `${E}.ports: got []`],
    [
      "the port of TLS twice",
      [external({ tls: {}, ports: [{ number: 80, protocol: "HTTP" }] })],
      `${E}.ports: got 80`,
    ],
    [
      "two hosts of TCP",
      [external({ hosts: ["a.com", "b.com"], ports: [{ number: 1, protocol: "TCP" }] })],
      `${E}.hosts: got`,
    ],
    ["a timeout where no request is seen", [external({ timeout: "1s" })], `${E}.timeout: got ["TLS"]`],
    [
      "wildcards among names",
      [external({ hosts: ["a.com", "*.b.com"] })],
      `${E}.resolution: got "DYNAMIC_DNS"`,
    ],
    [
      "a wildcard that is not looked up",
      [external({ hosts: ["*.b.com"], resolution: "DNS" })],
      `${E}.resolution`,
    ],
    [
      "names as fixed addresses",
      [external({ resolution: "STATIC", addresses: ["a.com"] })],
      `${E}.addresses`,
    ],
    [
      "a secret that there cannot be",
      [gateways({ servers: [{ ...HTTPS, tls: { credential: "istio-ingress/c" } }] })],
      `${G}.servers[0].tls.credential: got "istio-ingress/c"`,
    ],
    [
      "a client's secret that there cannot be",
      [external({ throughEgressGateway: true, tls: { clientCredential: "C" } })],
      `${E}.tls: got "C"`,
    ],
    ["a name of TLS that is none", [external({ tls: { sni: "a b" } })], `${E}.tls.sni: got "a b"`],
    [
      "an address that is none",
      [external({ addresses: ["192.0.2.256"] })],
      `${E}.addresses: got "192.0.2.256"`,
    ],
    [
      "limits of requests where none is seen",
      [external({ connectionPool: { maxConnections: 1, http2MaxRequests: 1 } })],
      `${E}.connectionPool.http2MaxRequests: got ["TLS"]`,
    ],
    ["TLS to a wildcard", [external({ hosts: ["*.b.com"], tls: {} })], `${E}.tls: got ["*.b.com"]`],
    [
      "a secret that a sidecar cannot read",
      [external({ tls: { clientCredential: "c" } })],
      `${E}.tls: got "c"`,
    ],
    [
      "authorities beside a client's secret",
      [external({ throughEgressGateway: true, tls: { clientCredential: "c", ca: { credential: "d" } } })],
      `${E}.tls.ca: got`,
    ],
    [
      "a file that is nowhere",
      [external({ tls: { ca: { file: "ca.crt" } } })],
      `${E}.tls.ca.file: got "ca.crt"`,
    ],
    [
      "two ports through the egress gateway",
      [external({ throughEgressGateway: true, tls: {}, ports: [{ number: 443, protocol: "TLS" }] })],
      `${E}.ports: got`,
    ],
    [
      "a wildcard through the egress gateway",
      [external({ throughEgressGateway: true, hosts: ["*.b.com"] })],
      `${E}.hosts: got ["*.b.com"]`,
    ],
    ["a name that services have, too", [external({ name: "shop" })], 'externalServices: got "shops/shop"'],
    ["an external namespace that nobody brings", [external({ namespace: "x" })], `${E}.namespace: got "x"`],
    ["a call of nobody", [services({ calls: ["a/b"] })], `${S}.calls: got "a/b"`],
    [
      "a call of what does not let it in",
      [services({ calls: ["shops/shop"], access: [{ from: ["a/b"] }] })],
      `${S}.calls: got "shops/shop"; allowed is what lets shops/shop in`,
    ],
    [
      "half a request",
      [services({ localRateLimit: { requests: 0.5, per: "1s" } })],
      `${S}.localRateLimit.requests`,
    ],
    [
      "a bucket smaller than what fills it",
      [services({ localRateLimit: { requests: 5, per: "1s", burst: 1 } })],
      `${S}.localRateLimit.burst: got 1`,
    ],
    [
      "no time",
      [services({ localRateLimit: { requests: 5, per: "0s" } })],
      `${S}.localRateLimit.per: got "0s"`,
    ],
    [
      "a limit of connections",
      [services({ protocol: "TCP", localRateLimit: { requests: 5, per: "1s" } })],
      `${S}.localRateLimit: got "TCP"`,
    ],
    [
      "limits that nobody counts",
      [services({ globalRateLimits: [limit] })],
      `${S}.globalRateLimits: got nothing`,
    ],
    [
      "two limits of a name",
      [services({ globalRateLimits: [limit, limit] }, LIMITER)],
      `${S}.globalRateLimits: got "l"`,
    ],
    [
      "more than 32 bits",
      [services({ localRateLimit: { requests: 2 ** 32, per: "1s" } })],
      `${S}.localRateLimit.requests: got 4294967296`,
    ],
    [
      "an expression that Envoy does not know",
      [services({ globalRateLimits: [{ ...limit, path: { regex: "/(?!a)" } }] }, LIMITER)],
      `${S}.globalRateLimits.l.path: got "/(?!a)"`,
    ],
    [
      "a header in upper case",
      [services({ globalRateLimits: [{ ...limit, perHeader: "X-User" }] }, LIMITER)],
      `${S}.globalRateLimits.l.perHeader: got "X-User"`,
    ],
    [
      "an address without a port",
      [services({}, { rateLimitService: { address: "r.a.svc.cluster.local" } })],
      "applications.shops.rateLimitService.address: got",
    ],
    [
      "a rate limit service in a namespace that nobody brings",
      [services({}, { rateLimitService: { address: "r.a.svc.cluster.local:1" } })],
      'applications.shops.rateLimitService.address: got "a"',
    ],
    [
      "two rate limit services",
      [services({}, LIMITER), application({ name: "b", ...LIMITER })],
      'rateLimitService: got ["shops","b"]',
    ],
    [
      "telemetry of nothing",
      [shopsWith({ telemetry: [{ name: "t", scope: "mesh" }] })],
      "applications.shops.telemetry.t: got nothing",
    ],
    [
      "telemetry twice for a scope",
      [shopsWith({ telemetry: ["t", "u"].map((name) => ({ name, scope: "mesh", metrics: {} })) })],
      'telemetry: got "mesh"',
    ],
    [
      "telemetry of a service that is nowhere",
      [shopsWith({ telemetry: [{ name: "t", scope: { service: "shops/x" }, metrics: {} }] })],
      'applications.shops.telemetry.t.scope: got "shops/x"',
    ],
    [
      "more than all requests",
      [shopsWith({ telemetry: [{ name: "t", scope: "mesh", tracing: { samplingPercent: 101 } }] })],
      "applications.shops.telemetry.t.tracing.samplingPercent: got 101",
    ],
  ];
  for (const [title, applications, expected] of rows) {
    it(title, () => {
      const found = faults(applications);
      assert.ok(
        found.some((line) => line.includes(expected)),
        found.join("\n") || "no fault",
      );
    });
  }
});
