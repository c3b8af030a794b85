import { gateway } from "../../istio/intent";
import { of } from "./names";

/** Where clients come in: the shop from anywhere, its catalog of products also from the virtual network. */
export const gateways = [
  gateway({
    name: "microservices",
    servers: [
      { port: 80, protocol: "HTTP", hosts: ["shop.example.com"], httpsRedirect: true },
      {
        port: 443,
        protocol: "HTTPS",
        hosts: ["shop.example.com"],
        // A secret of the gateway's namespace; a new certificate is taken up without a restart.
        tls: { credential: "microservices-tls-secret" },
      },
    ],
    routes: [
      { name: "api", match: { path: { prefix: "/api" } }, to: of("api-gateway") },
      { name: "health", match: { path: { prefix: "/health" } }, to: of("api-gateway") },
      { name: "frontend", to: of("frontend") },
    ],
  }),
  gateway({
    name: "microservices-internal",
    workload: { istio: "internal-gateway" },
    servers: [{ port: 80, protocol: "HTTP", hosts: ["shop.internal.example.com"] }],
    routes: [
      { name: "api", match: { path: { prefix: "/api" } }, to: of("api-gateway") },
      { name: "products", match: { path: { prefix: "/products" } }, to: of("product-service") },
    ],
  }),
];
