import type { Values } from "../../istio/values";

/**
 * Production values of the control plane, over those for high availability. A limit of one processor is the number
 * of worker threads that the chart gives a proxy by itself, so the two agree as the chart asks for.
 */
export const controlPlaneProduction = {
  controllerReplicas: 3,
  enablePodAntiAffinity: true,
  proxy: {
    resources: { cpu: { request: "100m", limit: "1000m" }, memory: { request: "128Mi", limit: "512Mi" } },
  },
  enablePodDisruptionBudget: true,
  identity: { issuer: { issuanceLifetime: "24h0m0s", clockSkewAllowance: "20s" } },
} as const satisfies Values;
