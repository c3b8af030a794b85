import { isValues, type Value } from "./merge";
import type { ChartValues } from "./profiles";

/** Where proxies send their spans. */
export interface SpanSink {
  /** Name of the provider, by which Telemetry resources choose it. @example "jaeger" */
  readonly name: string;
  /** Full name of the Service. */
  readonly host: string;
  /** Port that takes OTLP over gRPC. */
  readonly port: number;
}

/**
 * istiod's values with a tracing provider of the region's own as the default, beside the providers that the value set
 * has. Metrics are named too: the chart leaves its own default out as soon as any default is said. Services of one name
 * are one to the mesh, whatever their cluster: so the sink's is kept to its own, or proxies would send their spans round
 * all regions, whose networks take in those of their own pods only.
 */
export function tracingValues(below: ChartValues["istiod"], sink: SpanSink): Pick<ChartValues, "istiod"> {
  const said = below["meshConfig"];
  const providers = isValues(said) ? said["extensionProviders"] : undefined;
  return {
    istiod: {
      meshConfig: {
        enableTracing: true,
        extensionProviders: [
          ...(Array.isArray(providers) ? (providers as readonly Value[]) : []),
          { name: sink.name, opentelemetry: { service: sink.host, port: sink.port } },
        ],
        defaultProviders: { metrics: ["prometheus"], tracing: [sink.name] },
        serviceSettings: [{ settings: { clusterLocal: true }, hosts: [sink.host] }],
      },
    },
  };
}
