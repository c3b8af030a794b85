import type { Values } from "../values";
import { ADD_ON_PORTS, LEAST, NO_PROXY } from "./addOns";

/** What the values of Prometheus depend on. */
export interface PrometheusInput {
  /** @example "eastus" */
  readonly region: string;
  /** @example "eastus-cluster" */
  readonly clusterName: string;
}

/**
 * Prometheus alone, without what the chart brings along. Its own job `kubernetes-pods` scrapes istiod (15014) and each
 * proxy (15020, where the proxy merges the application's metrics) by the annotations `prometheus.io/*` that Istio's charts
 * and its injector set. Both ports are outside of mutual TLS, so STRICT does not shut it out.
 */
export function prometheusValues({ region, clusterName }: PrometheusInput): Values {
  return {
    alertmanager: { enabled: false },
    "kube-state-metrics": { enabled: false },
    "prometheus-node-exporter": { enabled: false },
    "prometheus-pushgateway": { enabled: false },
    configmapReload: {
      prometheus: {
        containerSecurityContext: LEAST,
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
      },
    },
    server: {
      containerSecurityContext: LEAST,
      fullnameOverride: "prometheus",
      podLabels: NO_PROXY,
      service: { type: "ClusterIP", servicePort: ADD_ON_PORTS.prometheus },
      ingress: { enabled: false },
      global: {
        scrape_interval: "15s",
        // So that what gathers several regions can tell them apart.
        external_labels: { cluster: clusterName, region },
      },
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } },
    },
  };
}
