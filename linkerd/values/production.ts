import type { Values } from "../../istio/values";

const REQUESTS = { cpu: { request: "100m" }, memory: { limit: "250Mi", request: "50Mi" } } as const;

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

/**
 * What the charts' high availability leaves without a request, and the scheduler so counts as nothing: the policy
 * controller beside the destination, and the parts of viz that came after its values were written.
 */
export const missingRequests = {
  controlPlane: { policyController: { resources: REQUESTS } },
  viz: { metricsAPI: { resources: REQUESTS }, tapInjector: { resources: REQUESTS } },
} as const satisfies Readonly<Record<string, Values>>;
