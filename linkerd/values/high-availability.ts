import type { Values } from "../../istio/values";

const CPU = { limit: "", request: "100m" } as const;
const RESOURCES = { cpu: CPU, memory: { limit: "250Mi", request: "50Mi" } } as const;

/**
 * The high availability values of the chart linkerd-control-plane, word for word from its `values-ha.yaml`. They
 * stand in the chart, but Helm reads only what a Release gives it.
 */
export const controlPlaneHighAvailability = {
  enablePodDisruptionBudget: true,
  controller: { podDisruptionBudget: { maxUnavailable: 1 } },
  deploymentStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: "25%" } },
  enablePodAntiAffinity: true,
  proxy: { resources: { cpu: { request: "100m" }, memory: { limit: "250Mi", request: "20Mi" } } },
  controllerReplicas: 3,
  controllerResources: RESOURCES,
  destinationResources: RESOURCES,
  identityResources: { cpu: CPU, memory: { limit: "250Mi", request: "10Mi" } },
  heartbeatResources: RESOURCES,
  proxyInjectorResources: RESOURCES,
  // Without an injector pods would start outside the mesh, and in plaintext: better that they wait.
  webhookFailurePolicy: "Fail",
  spValidatorResources: RESOURCES,
  highAvailability: true,
} as const satisfies Values;

/** The same of linkerd-viz, but for a key `resources` that nothing in its templates reads. */
export const vizHighAvailability = {
  enablePodAntiAffinity: true,
  enablePodDisruptionBudget: true,
  tap: { replicas: 3, resources: RESOURCES },
  dashboard: { resources: RESOURCES },
  prometheus: {
    resources: { cpu: { limit: "", request: "300m" }, memory: { limit: "8192Mi", request: "300Mi" } },
  },
} as const satisfies Values;
