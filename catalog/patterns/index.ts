import { application, service } from "../../istio/intent";

const NAMESPACE = "patterns";

/**
 * A pattern of traffic or security for each entry, as one would try it out: a canary by header and by weight, an
 * admin interface closed to all but one namespace, a circuit breaker, a shadow.
 */
export const patterns = application({
  name: "patterns",
  namespaces: [{ name: NAMESPACE, mtls: "STRICT" }],
  // Its workloads are nobody's here, but they are who may come to /admin.
  otherCallers: ["admin-namespace/*"],
  services: [
    service({
      name: "api-service",
      namespace: NAMESPACE,
      port: 8080,
      versions: { v1: 90, v2: 10 },
      experiments: [
        { name: "beta-users", match: { headers: { "x-user-group": "beta" } }, to: { version: "v2" } },
        { name: "api-v2", match: { headers: { "api-version": "v2" } }, to: { version: "v2" } },
        {
          name: "mobile",
          match: { headers: { "user-agent": { regex: ".*Mobile.*" } } },
          to: { service: `${NAMESPACE}/mobile-backend` },
        },
      ],
      timeout: "10s",
      // Four tries of 2 seconds fit into the timeout.
      retries: {
        attempts: 3,
        perTryTimeout: "2s",
        on: ["5xx", "reset", "connect-failure", "refused-stream"],
      },
      faults: [
        {
          name: "test-fault",
          match: { headers: { "x-test-fault": "true" } },
          delay: { percent: 100, duration: "5s" },
          abort: { percent: 10, status: 500 },
        },
        { name: "rare-delay", delay: { percent: 0.1, duration: "5s" } },
      ],
      loadBalancing: { hashBy: { header: "x-user-id" } },
      connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50, http2MaxRequests: 100 },
      outlier: {
        consecutive5xxErrors: 5,
        interval: "30s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
      },
      localRateLimit: { requests: 100, per: "60s" },
      mtls: "STRICT",
      // The metrics of the workload, for a scraper outside the mesh.
      portMtls: { 8080: "STRICT", 9090: "PERMISSIVE" },
      jwt: [
        {
          issuer: "https://accounts.example.com",
          jwksUri: "https://accounts.example.com/.well-known/jwks.json",
          audiences: ["api.example.com"],
          forwardOriginalToken: true,
        },
      ],
      access: [
        { token: {}, methods: ["GET", "POST"], paths: ["/api/*"] },
        { namespaces: [NAMESPACE, "admin-namespace"] },
        // The scraper has no identity, and policies are about every port.
        { methods: ["GET"], paths: ["/metrics"] },
      ],
      deny: [{ name: "admin", paths: ["/admin", "/admin/*"], exceptNamespaces: ["admin-namespace"] }],
    }),
    service({
      name: "mobile-backend",
      namespace: NAMESPACE,
      port: 8080,
      access: [{ namespaces: [NAMESPACE] }],
    }),
    service({
      name: "api-service-production",
      namespace: NAMESPACE,
      port: 8080,
      mirror: { to: { service: `${NAMESPACE}/api-service-test` }, percent: 10 },
      access: [{ namespaces: [NAMESPACE] }],
    }),
    service({
      name: "api-service-test",
      namespace: NAMESPACE,
      port: 8080,
      access: [{ namespaces: [NAMESPACE] }],
    }),
    service({
      name: "backend-service",
      namespace: NAMESPACE,
      port: 8080,
      connectionPool: { maxConnections: 1, http1MaxPendingRequests: 1, maxRequestsPerConnection: 1 },
      outlier: {
        consecutive5xxErrors: 1,
        interval: "1s",
        baseEjectionTime: "3m",
        maxEjectionPercent: 100,
        minHealthPercent: 50,
      },
      access: [{ from: [`${NAMESPACE}/api-service`] }],
    }),
  ],
});
