import { OBSERVABILITY_NAMESPACE, SPAN_PORTS } from "./addOns";

/** What a NetworkPolicy says here. */
export interface IngressPolicy {
  readonly name: string;
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly ingress: readonly {
    readonly from: readonly ({ readonly podSelector: object } | { readonly namespaceSelector: object })[];
    readonly ports?: readonly { readonly protocol: "TCP"; readonly port: number }[];
  }[];
}

/**
 * Who reaches the add-ons: each other, and the proxies of this cluster Jaeger's ports for spans. None of them asks who
 * calls, or only Grafana does; a person comes by `kubectl port-forward`, which enters the pod and not its network.
 */
export const ISOLATION: readonly IngressPolicy[] = [
  {
    name: OBSERVABILITY_NAMESPACE,
    podSelector: {},
    ingress: [{ from: [{ podSelector: {} }] }],
  },
  {
    name: `${OBSERVABILITY_NAMESPACE}-spans`,
    podSelector: { matchLabels: { "app.kubernetes.io/name": "jaeger" } },
    ingress: [
      {
        from: [{ namespaceSelector: {} }],
        ports: [
          { protocol: "TCP", port: SPAN_PORTS.otlp },
          { protocol: "TCP", port: SPAN_PORTS.zipkin },
        ],
      },
    ],
  },
];
