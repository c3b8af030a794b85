import type { Values } from "./merge";
import { production } from "./production";

/** The values of a region's releases: of the charts base and istiod, and of each gateway. */
export interface ChartValues {
  readonly base: Values;
  readonly istiod: Values;
  /** The ingress gateway. */
  readonly gateway: Values;
  readonly egressGateway: Values;
  readonly internalGateway: Values;
}

/** Name of a value set. */
export type ProfileName = keyof typeof profiles;

const SMALL = {
  autoscaling: { enabled: false },
  resources: { requests: { cpu: "10m", memory: "40Mi" } },
} as const;

const GROWING = { autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 } } as const;

const FIXED = {
  autoscaling: { enabled: false },
  replicaCount: 1,
  resources: { requests: { cpu: "50m", memory: "64Mi" } },
} as const;

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
    gateway: SMALL,
    egressGateway: SMALL,
    internalGateway: SMALL,
  },
  /** What Istio installs when nothing is said: one replica of each, growing to five. */
  default: {
    base: {},
    istiod: { pilot: { autoscaleEnabled: true, autoscaleMin: 1, autoscaleMax: 5 } },
    gateway: GROWING,
    egressGateway: GROWING,
    internalGateway: GROWING,
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
    gateway: FIXED,
    egressGateway: FIXED,
    internalGateway: FIXED,
  },
  production,
} as const satisfies Record<string, ChartValues>;
