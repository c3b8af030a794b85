import type { Values } from "./merge";

/** The values of the three charts of a region. */
export interface ChartValues {
  readonly base: Values;
  readonly istiod: Values;
  readonly gateway: Values;
}

/** Name of a value set. */
export type ProfileName = keyof typeof profiles;

/** Name of the ingress gateway's release; the chart derives the label `istio: ingressgateway` from it. */
export const GATEWAY_NAME = "istio-ingressgateway";

/**
 * The named value sets. Only `demo` is a profile of the charts themselves; the others are ours, because Helm
 * charts know no `default`, `minimal` or `production`. Values of istiod stand under `pilot`: the chart
 * copies that block over its top level last, so it is the one place that wins over the chart's own profile.
 */
export const profiles = {
  /** To try things out: small, everything logged and traced. */
  demo: {
    base: {},
    istiod: { profile: "demo" },
    gateway: {
      autoscaling: { enabled: false },
      resources: { requests: { cpu: "10m", memory: "40Mi" } },
    },
  },
  /** What Istio installs when nothing is said: one replica of each, growing to five. */
  default: {
    base: {},
    istiod: { pilot: { autoscaleEnabled: true, autoscaleMin: 1, autoscaleMax: 5 } },
    gateway: { autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 } },
  },
  /**
   * The smallest that works, of fixed size. Istio's profile of this name has no gateway; here every region
   * keeps one, since its address is what clients outside the mesh are given.
   */
  minimal: {
    base: {},
    istiod: {
      pilot: {
        autoscaleEnabled: false,
        replicaCount: 1,
        resources: { requests: { cpu: "100m", memory: "512Mi" } },
      },
    },
    gateway: {
      autoscaling: { enabled: false },
      replicaCount: 1,
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
    },
  },
  /** Survives a node and a zone, and says what it does in a form that a log store can read. */
  production: {
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
      },
      global: { logAsJson: true, logging: { level: "default:info" } },
      meshConfig: { accessLogFile: "/dev/stdout", accessLogEncoding: "JSON" },
    },
    gateway: {
      autoscaling: {
        enabled: true,
        minReplicas: 3,
        maxReplicas: 10,
        targetCPUUtilizationPercentage: 80,
      },
      resources: {
        requests: { cpu: "500m", memory: "512Mi" },
        limits: { cpu: "2000m", memory: "2048Mi" },
      },
      podDisruptionBudget: { minAvailable: 2 },
      topologySpreadConstraints: [spreadOverZones({ istio: "ingressgateway" })],
    },
  },
} as const satisfies Record<string, ChartValues>;

/** Soft, because a region may have fewer zones than replicas. */
function spreadOverZones(matchLabels: Values) {
  return {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  } as const;
}
