import type { Values } from "../values";
import { LEAST, NO_PROXY } from "./addOns";

/**
 * Jaeger in one process that keeps traces in memory: enough to look at what happens now, and gone with the pod. A
 * store is the chart's `userconfig`.
 */
export function jaegerValues(): Values {
  return {
    fullnameOverride: "jaeger",
    jaeger: {
      podLabels: NO_PROXY,
      securityContext: LEAST,
      service: { type: "ClusterIP" },
      ingress: { enabled: false },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
    },
  };
}
