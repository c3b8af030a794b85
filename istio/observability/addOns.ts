/** What looks at the mesh from beside it. */
export const ADD_ON_NAMES = ["prometheus", "grafana", "jaeger", "kiali"] as const;

/** Name of an add-on; that of its release and of its Service too. */
export type AddOnName = (typeof ADD_ON_NAMES)[number];

/**
 * Namespace of the add-ons: apart from istiod, because whoever reads the password of Grafana by the API reads the
 * secrets of that namespace, and the signing key of the mesh is one of istio-system's.
 */
export const OBSERVABILITY_NAMESPACE = "istio-observability";

/** Where a chart is published, and which version these values were written for. */
export interface AddOnChart {
  readonly chart: string;
  readonly repository: string;
  readonly version: string;
}

/** The charts as their makers publish them. */
export const ADD_ON_CHARTS = {
  prometheus: {
    chart: "prometheus",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "29.27.0",
  },
  grafana: {
    chart: "grafana",
    // Since 2026 no longer in grafana.github.io/helm-charts.
    repository: "https://grafana-community.github.io/helm-charts",
    version: "12.11.1",
  },
  jaeger: {
    chart: "jaeger",
    repository: "https://jaegertracing.github.io/helm-charts",
    version: "4.11.1",
  },
  kiali: { chart: "kiali-server", repository: "https://kiali.org/helm-charts", version: "2.29.0" },
} as const satisfies Record<AddOnName, AddOnChart>;

/** Ports of the add-ons' Services. */
export const ADD_ON_PORTS = {
  prometheus: 9090,
  grafana: 3000,
  /** The page with the traces. */
  jaeger: 16686,
  kiali: 20001,
} as const satisfies Record<AddOnName, number>;

/** Where Jaeger takes spans: OTLP over gRPC, and Zipkin's own form. */
export const SPAN_PORTS = { otlp: 4317, zipkin: 9411 } as const;

/** Full name of an add-on's Service. */
export function addOnHost(name: AddOnName): string {
  return `${name}.${OBSERVABILITY_NAMESPACE}.svc.cluster.local`;
}

/** Address of an add-on inside its cluster. */
export function addOnUrl(name: AddOnName): string {
  return `http://${addOnHost(name)}:${ADD_ON_PORTS[name]}`;
}

/** Keeps the proxy out: the add-ons talk to what stands outside the mesh too, and are no part of its policy. */
export const NO_PROXY = { "sidecar.istio.io/inject": "false" } as const;

/** What a container of an add-on needs of the kernel, which is nothing. */
export const LEAST = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const;
