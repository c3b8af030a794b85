/** Where all eight services live. */
export const NAMESPACE = "microservices";

/** The public gateway of the region and the one for the virtual network, by the identity of their pods. */
export const GATEWAY = "istio-ingress/istio-ingressgateway";
export const INTERNAL_GATEWAY = "istio-ingress/istio-internal-gateway";

/** A service of the namespace as others name it. */
export const of = (service: string): string => `${NAMESPACE}/${service}`;

/** Limits of every service towards its workloads: circuit breaking. */
export const resilience = {
  loadBalancing: "ROUND_ROBIN",
  connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 },
  outlier: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
} as const;

/** Everything at the first version, the second one ready as a subset. */
export const allAtV1 = { v1: 100, v2: 0 } as const;
