import assert from "node:assert/strict";
import fc from "fast-check";
import { application, gateway, service, type GatewayRoute } from "../../../../istio/intent";
import { shop } from "../support/fixtures";
import { shopsWith, specsOf } from "./support";

const SHOP = { host: "shop.global", port: { number: 80 } };
const all = [{ destination: SHOP, weight: 100 }];

describe("a gateway", () => {
  it("of seed 001: paths of one host go to two services", () => {
    const myapp = application({
      name: "myapp",
      namespaces: [{ name: "myapp" }],
      services: [
        service({ name: "api-service", namespace: "myapp", port: 8080, versions: { v1: 90, v2: 10 } }),
        service({ name: "web-service", namespace: "myapp", port: 80 }),
      ],
      gateways: [
        gateway({
          name: "myapp",
          servers: [{ port: 80, protocol: "HTTP", hosts: ["myapp.example.com"] }],
          routes: [
            { name: "web", match: { path: { prefix: "/web" } }, to: "myapp/web-service" },
            { name: "api", match: { path: { prefix: "/api" } }, to: "myapp/api-service" },
          ],
        }),
      ],
    });
    assert.deepEqual(specsOf([myapp], "Gateway"), {
      "istio-ingress/myapp": {
        selector: { istio: "ingressgateway" },
        servers: [{ port: { number: 80, name: "http-80", protocol: "HTTP" }, hosts: ["myapp.example.com"] }],
      },
    });
    const api = "api-service.myapp.svc.cluster.local";
    assert.deepEqual(specsOf([myapp], "VirtualService")["istio-ingress/myapp.myapp.example.com"], {
      hosts: ["myapp.example.com"],
      gateways: ["istio-ingress/myapp"],
      http: [
        {
          name: "web",
          match: [{ uri: { exact: "/web" } }, { uri: { prefix: "/web/" } }],
          route: [
            {
              destination: { host: "web-service.myapp.svc.cluster.local", port: { number: 80 } },
              weight: 100,
            },
          ],
        },
        {
          name: "api",
          match: [{ uri: { exact: "/api" } }, { uri: { prefix: "/api/" } }],
          route: [
            { destination: { host: api, subset: "v1", port: { number: 8080 } }, weight: 90 },
            { destination: { host: api, subset: "v2", port: { number: 8080 } }, weight: 10 },
          ],
        },
      ],
      exportTo: ["."],
    });
  });

  it("of seed 003: HTTP that is sent to HTTPS, a certificate by its secret, and an internal one", () => {
    const app = shopsWith({
      gateways: [
        gateway({
          name: "public",
          servers: [
            { port: 80, protocol: "HTTP", hosts: ["*.example.com"], httpsRedirect: true },
            {
              port: 443,
              protocol: "HTTPS",
              hosts: ["*.example.com"],
              tls: { credential: "microservices-tls-secret", minimumVersion: "TLSV1_3" },
            },
          ],
          routes: [{ name: "shop", to: "shops/shop" }],
        }),
        gateway({
          name: "internal",
          workload: { istio: "internal-gateway" },
          servers: [
            { port: 80, protocol: "HTTP", hosts: ["a.example.com"] },
            { port: 80, protocol: "HTTP", hosts: ["b.example.com"] },
          ],
        }),
      ],
    });
    assert.deepEqual(specsOf([app], "Gateway"), {
      "istio-ingress/internal": {
        selector: { istio: "internal-gateway" },
        servers: [
          { port: { number: 80, name: "http-80", protocol: "HTTP" }, hosts: ["a.example.com"] },
          { port: { number: 80, name: "http-80-2", protocol: "HTTP" }, hosts: ["b.example.com"] },
        ],
      },
      "istio-ingress/public": {
        selector: { istio: "ingressgateway" },
        servers: [
          {
            port: { number: 80, name: "http-80", protocol: "HTTP" },
            hosts: ["*.example.com"],
            tls: { httpsRedirect: true },
          },
          {
            port: { number: 443, name: "https-443", protocol: "HTTPS" },
            hosts: ["*.example.com"],
            tls: {
              mode: "SIMPLE",
              credentialName: "microservices-tls-secret",
              minProtocolVersion: "TLSV1_3",
            },
          },
        ],
      },
    });
    assert.deepEqual(Object.keys(specsOf([app], "VirtualService")), [
      "istio-ingress/public.wildcard--example.com",
    ]);
  });

  it("passes TLS on by its SNI", () => {
    const app = shopsWith({
      services: [shop({ protocol: "TLS", port: 443 })],
      gateways: [
        gateway({
          name: "raw",
          servers: [{ port: 443, protocol: "TLS", hosts: ["shop.example.com"] }],
          routes: [{ name: "shop", to: "shops/shop" }],
        }),
      ],
    });
    assert.deepEqual(specsOf([app], "Gateway")["istio-ingress/raw"], {
      selector: { istio: "ingressgateway" },
      servers: [
        {
          port: { number: 443, name: "tls-443", protocol: "TLS" },
          hosts: ["shop.example.com"],
          tls: { mode: "PASSTHROUGH" },
        },
      ],
    });
    assert.deepEqual(specsOf([app], "VirtualService"), {
      "istio-ingress/raw.shop.example.com": {
        hosts: ["shop.example.com"],
        gateways: ["istio-ingress/raw"],
        tls: [
          {
            match: [{ sniHosts: ["shop.example.com"] }],
            route: [{ destination: { host: "shop.global", port: { number: 443 } }, weight: 100 }],
          },
        ],
        exportTo: ["."],
      },
    });
  });

  it("sends plaintext to https beside TLS that it passes on", () => {
    const app = shopsWith({
      services: [shop({ protocol: "TLS", port: 443 })],
      gateways: [
        gateway({
          name: "raw",
          servers: [
            { port: 80, protocol: "HTTP", hosts: ["shop.example.com"], httpsRedirect: true },
            { port: 443, protocol: "TLS", hosts: ["shop.example.com"] },
          ],
          routes: [{ name: "shop", to: "shops/shop" }],
        }),
      ],
    });
    const spec = specsOf([app], "VirtualService")["istio-ingress/raw.shop.example.com"] as object;
    assert.deepEqual(Object.keys(spec).toSorted(), ["exportTo", "gateways", "hosts", "tls"]);
  });

  const first = gateway({
    name: "public",
    servers: [{ port: 80, protocol: "HTTP", hosts: ["example.com"] }],
    routes: [{ name: "rest", to: "shops/shop" }],
  });
  const added = gateway({
    name: "public",
    routes: [{ name: "more", match: { path: "/more" }, to: "shops/shop" }],
  });

  it("is one for all applications, whatever their order", () => {
    const apps = [shopsWith({ gateways: [first] }), application({ name: "more", gateways: [added] })];
    const spec = specsOf(apps, "VirtualService");
    assert.deepEqual(spec, {
      "istio-ingress/public.example.com": {
        hosts: ["example.com"],
        gateways: ["istio-ingress/public"],
        http: [
          { name: "more", match: [{ uri: { exact: "/more" } }], route: all },
          { name: "rest", route: all },
        ],
        exportTo: ["."],
      },
    });
    assert.deepEqual(specsOf(apps.toReversed(), "VirtualService"), spec);
    assert.deepEqual(Object.keys(specsOf(apps, "Gateway")), ["istio-ingress/public"]);
  });

  it("tries longer paths first, whatever the order in which routes are written", () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^(\/[a-z]{1,4}){1,3}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(paths, (written) => {
        const routes = written.map((prefix, index): GatewayRoute => ({
          name: `r${index}`,
          match: { path: { prefix } },
          to: "shops/shop",
        }));
        const app = shopsWith({ gateways: [{ ...first, routes }] });
        const spec = specsOf([app], "VirtualService")["istio-ingress/public.example.com"] as {
          http: { name: string }[];
        };
        const lengths = spec.http.map(({ name }) => written[Number(name.slice(1))]?.length ?? 0);
        assert.deepEqual(
          lengths,
          lengths.toSorted((left, right) => right - left),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("tries one exact path before all that lies below it", () => {
    const routes: readonly GatewayRoute[] = [
      { name: "below", match: { path: { prefix: "/a" }, methods: ["GET"] }, to: "shops/shop" },
      { name: "exact", match: { path: "/a" }, to: "shops/shop" },
      { name: "longer", match: { path: { prefix: "/a/b" } }, to: "shops/shop" },
    ];
    const spec = specsOf([shopsWith({ gateways: [{ ...first, routes }] })], "VirtualService");
    const { http } = spec["istio-ingress/public.example.com"] as { http: { name: string }[] };
    assert.deepEqual(
      http.map(({ name }) => name),
      ["longer", "exact", "below"],
    );
  });

  it("names the objects of long hosts by a digest of the host", () => {
    const host = `${"a".repeat(60)}.example.com`;
    const server = { port: 80, protocol: "HTTP" as const, hosts: [host, `b${host.slice(1)}`] };
    const names = Object.keys(
      specsOf([shopsWith({ gateways: [{ ...first, servers: [server] }] })], "VirtualService"),
    );
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name, /^istio-ingress\/[a-z0-9.-]{1,63}$/);
  });
});
