import { ACCESS_LOG_FORMAT } from "./accessLog";
import { GATEWAYS, type GatewayPlace } from "./gateways";
import type { Values } from "./merge";
import type { ChartValues } from "./profiles";

const GATEWAY_RESOURCES = {
  requests: { cpu: "500m", memory: "512Mi" },
  limits: { cpu: "2000m", memory: "2048Mi" },
} as const;

const PROXY_RESOURCES = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "2000m", memory: "1024Mi" },
} as const;

/** The gateway's process listens above 1024; istiod finds the port by the Service, so a Gateway still says 80. */
const PORTS = [
  { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
  { name: "http2", port: 80, protocol: "TCP", targetPort: 8080 },
  { name: "https", port: 443, protocol: "TCP", targetPort: 8443 },
] as const;

/** Where production sends its spans when the region has no Jaeger of ours. */
export const ZIPKIN = {
  name: "zipkin",
  zipkin: { service: "zipkin.istio-system.svc.cluster.local", port: 9411 },
} as const;

/** Survives a node and a zone, and says what it does in a form that a log store can read. */
export const production = {
  base: {},
  istiod: {
    pilot: {
      autoscaleEnabled: true,
      autoscaleMin: 2,
      autoscaleMax: 5,
      resources: {
        requests: { cpu: "500m", memory: "2048Mi" },
        limits: { cpu: "2000m", memory: "4096Mi" },
      },
      topologySpreadConstraints: [spreadOverZones({ app: "istiod" })],
      traceSampling: 100,
    },
    global: {
      logAsJson: true,
      logging: { level: "default:info" },
      proxy: { resources: PROXY_RESOURCES },
    },
    meshConfig: {
      accessLogFile: "/dev/stdout",
      accessLogEncoding: "JSON",
      accessLogFormat: ACCESS_LOG_FORMAT,
      enableTracing: true,
      // By provider and not by defaultConfig.tracing: that is read at the start of a proxy only, and a Telemetry
      // that names no provider would turn it off.
      extensionProviders: [ZIPKIN],
      // Metrics are named too: the chart leaves its own default out as soon as any default is said.
      defaultProviders: { metrics: ["prometheus"], tracing: [ZIPKIN.name] },
    },
  },
  gateway: {
    autoscaling: {
      enabled: true,
      minReplicas: 3,
      maxReplicas: 10,
      targetCPUUtilizationPercentage: 80,
    },
    resources: GATEWAY_RESOURCES,
    service: { ports: PORTS },
    podDisruptionBudget: { minAvailable: 2 },
    topologySpreadConstraints: [spreadGateway(GATEWAYS.gateway)],
  },
  egressGateway: {
    autoscaling: { enabled: false },
    replicaCount: 2,
    resources: PROXY_RESOURCES,
    podDisruptionBudget: { minAvailable: 1 },
    topologySpreadConstraints: [spreadGateway(GATEWAYS.egressGateway)],
  },
  internalGateway: {
    autoscaling: {
      enabled: true,
      minReplicas: 2,
      maxReplicas: 10,
      targetCPUUtilizationPercentage: 80,
    },
    resources: GATEWAY_RESOURCES,
    service: { ports: PORTS },
    podDisruptionBudget: { minAvailable: 1 },
    topologySpreadConstraints: [spreadGateway(GATEWAYS.internalGateway)],
  },
} as const satisfies ChartValues;

function spreadGateway({ label }: GatewayPlace) {
  return spreadOverZones({ istio: label });
}

/** Soft, because a region may have fewer zones than replicas. */
function spreadOverZones(matchLabels: Values) {
  return {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  } as const;
}
