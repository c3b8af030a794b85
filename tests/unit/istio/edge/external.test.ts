import assert from "node:assert/strict";
import { externalService, type ExternalServiceArgs } from "../../../../istio/intent";
import { shopsWith, specsOf } from "./support";

const stripe = (args: Partial<ExternalServiceArgs> = {}) =>
  shopsWith({
    services: [],
    externalServices: [
      externalService({ name: "stripe", namespace: "shops", hosts: ["api.stripe.com"], ...args }),
    ],
  });

const tls = {
  mode: "SIMPLE",
  caCertificates: "/etc/ssl/certs/ca-certificates.crt",
  sni: "api.stripe.com",
  subjectAltNames: ["api.stripe.com"],
};

describe("an external service", () => {
  it("with nothing said is TLS that the workloads open themselves, for its own namespace", () => {
    assert.deepEqual(specsOf([stripe()], "ServiceEntry"), {
      "shops/stripe": {
        hosts: ["api.stripe.com"],
        ports: [{ number: 443, name: "tls-443", protocol: "TLS" }],
        location: "MESH_EXTERNAL",
        resolution: "DNS",
        exportTo: ["."],
      },
    });
    for (const kind of ["DestinationRule", "VirtualService", "Gateway"]) {
      assert.deepEqual(specsOf([stripe()], kind), {}, kind);
    }
  });

  it("of seed 003: the proxy opens TLS and checks the certificate by name", () => {
    const app = stripe({ tls: {}, callers: ["shops/payment", "billing/*"], timeout: "10s" });
    const exportTo = [".", "billing"];
    assert.deepEqual(specsOf([app], "ServiceEntry")["shops/stripe"], {
      hosts: ["api.stripe.com"],
      ports: [{ number: 80, name: "http-80", protocol: "HTTP", targetPort: 443 }],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      exportTo,
    });
    assert.deepEqual(specsOf([app], "DestinationRule"), {
      "shops/stripe": { host: "api.stripe.com", trafficPolicy: { tls }, exportTo },
    });
    assert.deepEqual(specsOf([app], "VirtualService"), {
      "shops/stripe": {
        hosts: ["api.stripe.com"],
        http: [{ route: [{ destination: { host: "api.stripe.com" }, weight: 100 }], timeout: "10s" }],
        exportTo,
      },
    });
  });

  it("repeats its limits where a port has a policy of its own", () => {
    const app = stripe({
      tls: { ca: { file: "/etc/ca.crt" }, sni: "stripe.com" },
      ports: [{ number: 443, protocol: "TLS" }],
      connectionPool: { maxConnections: 10 },
    });
    const connectionPool = { tcp: { maxConnections: 10 } };
    assert.deepEqual(specsOf([app], "DestinationRule")["shops/stripe"], {
      host: "api.stripe.com",
      trafficPolicy: {
        connectionPool,
        portLevelSettings: [
          {
            port: { number: 80 },
            connectionPool,
            tls: {
              ...tls,
              caCertificates: "/etc/ca.crt",
              sni: "stripe.com",
              subjectAltNames: ["stripe.com"],
            },
          },
        ],
      },
      exportTo: ["."],
    });
  });

  it("looks up what is called for a wildcard, and nothing for addresses", () => {
    const resolution = (args: Partial<ExternalServiceArgs>) =>
      (specsOf([stripe(args)], "ServiceEntry")["shops/stripe"] as { resolution: string }).resolution;
    assert.equal(resolution({ hosts: ["*.stripe.com"] }), "DYNAMIC_DNS");
    assert.equal(resolution({ addresses: ["192.0.2.1", "2001:db8::1"] }), "STATIC");
    assert.equal(resolution({ addresses: ["stripe.example.com"] }), "DNS");
  });

  it("of seed 002: leaves through the egress gateway, which opens TLS", () => {
    const app = stripe({ tls: { clientCredential: "client" }, throughEgressGateway: true, timeout: "5s" });
    const gateway = "istio-egress/shops-stripe";
    const egress = "istio-egressgateway.istio-egress.svc.cluster.local";
    assert.deepEqual(specsOf([app], "Gateway"), {
      [gateway]: {
        selector: { istio: "egressgateway" },
        servers: [
          {
            port: { number: 443, name: "https-443", protocol: "HTTPS" },
            hosts: ["api.stripe.com"],
            tls: { mode: "ISTIO_MUTUAL" },
          },
        ],
      },
    });
    assert.deepEqual(specsOf([app], "VirtualService"), {
      "shops/stripe": {
        hosts: ["api.stripe.com"],
        gateways: ["mesh", gateway],
        http: [
          {
            match: [{ gateways: ["mesh"], port: 80 }],
            route: [
              { destination: { host: egress, subset: "shops-stripe", port: { number: 443 } }, weight: 100 },
            ],
            timeout: "5s",
          },
          {
            match: [{ gateways: [gateway], port: 443 }],
            route: [{ destination: { host: "api.stripe.com", port: { number: 80 } }, weight: 100 }],
          },
        ],
        exportTo: [".", "istio-egress"],
      },
    });
    assert.deepEqual(specsOf([app], "DestinationRule"), {
      [gateway]: {
        host: egress,
        subsets: [
          {
            name: "shops-stripe",
            trafficPolicy: {
              portLevelSettings: [
                { port: { number: 443 }, tls: { mode: "ISTIO_MUTUAL", sni: "api.stripe.com" } },
              ],
            },
          },
        ],
      },
      "shops/stripe": {
        host: "api.stripe.com",
        trafficPolicy: {
          tls: {
            mode: "MUTUAL",
            credentialName: "client",
            sni: "api.stripe.com",
            subjectAltNames: ["api.stripe.com"],
          },
        },
        // A sidecar cannot read the secret; told of the rule it would send plaintext.
        exportTo: ["istio-egress"],
      },
    });
  });

  it("passes what workloads encrypt through the egress gateway by its SNI", () => {
    const app = stripe({ throughEgressGateway: true });
    const gateway = "istio-egress/shops-stripe";
    assert.deepEqual(specsOf([app], "DestinationRule"), {});
    assert.deepEqual(specsOf([app], "VirtualService")["shops/stripe"], {
      hosts: ["api.stripe.com"],
      gateways: ["mesh", gateway],
      tls: [
        {
          match: [{ gateways: ["mesh"], port: 443, sniHosts: ["api.stripe.com"] }],
          route: [
            {
              destination: {
                host: "istio-egressgateway.istio-egress.svc.cluster.local",
                port: { number: 443 },
              },
              weight: 100,
            },
          ],
        },
        {
          match: [{ gateways: [gateway], port: 443, sniHosts: ["api.stripe.com"] }],
          route: [{ destination: { host: "api.stripe.com", port: { number: 443 } }, weight: 100 }],
        },
      ],
      exportTo: [".", "istio-egress"],
    });
  });
});
