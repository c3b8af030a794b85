import { application, gateway, service } from "../../istio/intent";

const NAMESPACE = "myapp";

/** The public gateway of the region: whoever calls from outside the mesh has its identity. */
const GATEWAY = "istio-ingress/istio-ingressgateway";

/**
 * Two services behind one host: paths of a gateway, a split, a circuit breaker and failures on purpose. The faults
 * hit a tenth of all requests; take them out before the services are somebody's.
 */
export const myapp = application({
  name: "myapp",
  namespaces: [{ name: NAMESPACE, mtls: "STRICT", defaultDeny: true }],
  gateways: [
    gateway({
      name: "myapp",
      servers: [{ port: 80, protocol: "HTTP", hosts: ["myapp.example.com"] }],
      routes: [
        { name: "api", match: { path: { prefix: "/api" } }, to: `${NAMESPACE}/api-service` },
        { name: "web", match: { path: { prefix: "/web" } }, to: `${NAMESPACE}/web-service` },
      ],
    }),
  ],
  services: [
    service({
      name: "api-service",
      namespace: NAMESPACE,
      port: 8080,
      versions: { v1: 90, v2: 10 },
      faults: [
        {
          name: "test",
          delay: { percent: 10, duration: "5s" },
          abort: { percent: 5, status: 503 },
        },
      ],
      loadBalancing: "ROUND_ROBIN",
      connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 },
      outlier: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
      access: [{ from: [GATEWAY, `${NAMESPACE}/web-service`], paths: ["/api", "/api/*"] }],
    }),
    service({
      name: "web-service",
      namespace: NAMESPACE,
      port: 80,
      access: [{ from: [GATEWAY], methods: ["GET", "HEAD"], paths: ["/web", "/web/*"] }],
    }),
  ],
});
