import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { faultDrill } from "../../../catalog/microservices/entrances";
import { compile } from "../../../istio/compile";
import type { AuthorizationPolicySpec, IstioObject } from "../../../istio/model";
import { CrdSchemas } from "../istio/support/crds";
import { everywhere, meshOf } from "../istio/support/fixtures";
import { lets, type Request } from "../istio/security/support/authorization";

const clusterLabels = { mesh: "enabled", integration: "istio" };
const { objects } = compile(catalog.applications, catalog.bindings, meshOf({ clusterLabels }));

function spec(kind: string, key: string): Record<string, unknown> {
  const found = objects.find((o) => o.kind === kind && `${o.metadata.namespace}/${o.metadata.name}` === key);
  assert.ok(found, `no ${kind} ${key}`);
  return found.spec as Record<string, unknown>;
}

/** The policies for the workloads of a service: its own, and those of its whole namespace. */
function policies(namespace: string, app: string): readonly AuthorizationPolicySpec[] {
  const isFor = ({ kind, metadata, spec: said }: IstioObject): boolean =>
    kind === "AuthorizationPolicy" &&
    metadata.namespace === namespace &&
    ((said as AuthorizationPolicySpec).selector?.matchLabels["app"] ?? app) === app;
  return objects.filter(isFor).map((object) => object.spec as AuthorizationPolicySpec);
}

const of = (caller: string): string => `cluster.local/ns/${caller.replace("/", "/sa/")}`;

describe("the seeds' applications", () => {
  it("are bound to clusters with both labels and to no other", () => {
    const namespaces = (labels: Record<string, string>) =>
      compile(catalog.applications, catalog.bindings, meshOf({ clusterLabels: labels })).namespaces.map(
        ({ name }) => name,
      );
    assert.deepEqual(namespaces(clusterLabels), [
      "api",
      "cross-cluster-test",
      "microservices",
      "myapp",
      "patterns",
      "production",
    ]);
    assert.deepEqual(namespaces({ mesh: "enabled" }), ["api", "production"]);
    assert.deepEqual(namespaces({ integration: "istio" }), []);
  });

  it("are objects that the CRDs accept", () => {
    const schemas = new CrdSchemas();
    const ours = objects.filter(({ apiVersion }) => apiVersion.includes("istio.io"));
    assert.ok(ours.length > 80, `only ${ours.length}`);
    assert.deepEqual(
      ours.flatMap((object) => schemas.faults(object)),
      [],
    );
  });

  it("have the circuit breakers of their seeds", () => {
    const breaker = (key: string): unknown => {
      const { connectionPool, outlierDetection, loadBalancer } = spec("DestinationRule", key)[
        "trafficPolicy"
      ] as Record<string, unknown>;
      return { connectionPool, outlierDetection, loadBalancer };
    };
    assert.deepEqual(breaker("myapp/api-service"), {
      connectionPool: {
        tcp: { maxConnections: 100 },
        http: { http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 },
      },
      outlierDetection: {
        consecutiveGatewayErrors: 5,
        consecutive5xxErrors: 5,
        interval: "30s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 100,
        minHealthPercent: 0,
      },
      loadBalancer: { simple: "ROUND_ROBIN" },
    });
    assert.deepEqual(breaker("patterns/backend-service"), {
      connectionPool: {
        tcp: { maxConnections: 1 },
        http: { http1MaxPendingRequests: 1, maxRequestsPerConnection: 1 },
      },
      outlierDetection: {
        consecutiveGatewayErrors: 5,
        consecutive5xxErrors: 1,
        interval: "1s",
        baseEjectionTime: "3m",
        maxEjectionPercent: 100,
        minHealthPercent: 50,
      },
      loadBalancer: undefined,
    });
  });

  it("know tokens of the seed's issuer", () => {
    assert.deepEqual(spec("RequestAuthentication", "patterns/api-service"), {
      selector: { matchLabels: { app: "api-service" } },
      jwtRules: [
        {
          issuer: "https://accounts.example.com",
          audiences: ["api.example.com"],
          jwksUri: "https://accounts.example.com/.well-known/jwks.json",
          forwardOriginalToken: true,
        },
      ],
    });
  });

  it("accept plaintext at the two entrances and at the metrics port, nowhere else", () => {
    const modes = objects
      .filter(({ kind }) => kind === "PeerAuthentication")
      .flatMap(({ metadata, spec: said }) => {
        const { mtls, portLevelMtls = {} } = said as Record<string, unknown>;
        const key = `${metadata.namespace}/${metadata.name}`;
        return JSON.stringify([mtls, portLevelMtls]).includes("PERMISSIVE") ? [key] : [];
      });
    assert.deepEqual(modes, ["microservices/api-gateway", "microservices/frontend", "patterns/api-service"]);
  });

  const token = { iss: "https://accounts.example.com", sub: "ann" };
  const rows: readonly [string, Partial<Request>, boolean][] = [
    ["patterns/api-service", { path: "/api/1", claims: token }, true],
    ["patterns/api-service", { path: "/api/1" }, false],
    ["patterns/api-service", { path: "/api/1", method: "DELETE", claims: token }, false],
    ["patterns/api-service", { path: "/metrics" }, true],
    ["patterns/api-service", { path: "/metrics", method: "POST" }, false],
    ["patterns/api-service", { path: "/x", principal: of("patterns/any") }, true],
    ["patterns/api-service", { path: "/admin", principal: of("patterns/any") }, false],
    ["patterns/api-service", { path: "/admin/x", principal: of("patterns/any"), claims: token }, false],
    ["patterns/api-service", { path: "/admin/x", principal: of("admin-namespace/any") }, true],
    ["microservices/payment-service", { principal: of("microservices/order-service") }, true],
    ["microservices/payment-service", { principal: of("microservices/frontend") }, false],
    ["microservices/payment-service", { principal: of("microservices/frontend"), path: "/health" }, true],
    ["microservices/payment-service", { path: "/health" }, false],
    ["microservices/api-gateway", { path: "/health" }, true],
    ["microservices/api-gateway", { path: "/api/v1/products" }, true],
    ["microservices/api-gateway", { path: "/internal" }, false],
    ["microservices/unknown", { principal: of("microservices/order-service") }, false],
    ["myapp/api-service", { path: "/api", principal: of("istio-ingress/istio-ingressgateway") }, true],
    ["myapp/api-service", { path: "/api" }, false],
    ["cross-cluster-test/test-app", { principal: of("cross-cluster-test/test-client") }, true],
    ["cross-cluster-test/test-app", { principal: of("microservices/frontend") }, false],
  ];
  for (const [service, request, expected] of rows) {
    const said = JSON.stringify(request);
    it(`${expected ? "let in" : "refuse"} at ${service}: ${said}`, () => {
      const [namespace = "", app = ""] = service.split("/");
      assert.equal(lets(policies(namespace, app), { method: "GET", path: "/", ...request }), expected);
    });
  }

  it("have faults to switch on that hold together with everything else", () => {
    const applications = catalog.applications.map((application) => ({
      ...application,
      services: application.services.map((service) =>
        service.name === "api-gateway" ? { ...service, faults: faultDrill } : service,
      ),
    }));
    const text = (all: readonly IstioObject[]): string =>
      JSON.stringify(all.filter(({ metadata }) => metadata.namespace === "microservices"));
    const drilled = compile(applications, everywhere(...applications), meshOf({ clusterLabels }));
    assert.ok(text(drilled.objects).includes('"httpStatus":500'));
    assert.ok(!text(objects).includes('"httpStatus"'));
  });
});
