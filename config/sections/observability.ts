import { z } from "zod";
import { setting } from "../document";
import { chartSource, chartVersion } from "./charts";

/** Names of the add-ons, in the order of their documentation. */
export const ADD_ONS = ["prometheus", "grafana", "jaeger", "kiali"] as const;

interface AddOnDoc {
  readonly what: string;
  /** Version of the chart that the values of this program were checked against. */
  readonly version: string;
  readonly repository: string;
}

const addOn = ({ what, version, repository }: AddOnDoc) =>
  setting(
    z
      .strictObject({
        enabled: setting(z.boolean().default(false), {
          description: `Whether the region has it.`,
          allowed: "true or false",
        }),
        version: setting(chartVersion.default(version), {
          description: "Version of the chart; a folder has one only.",
          allowed: `a version such as ${version}`,
        }),
        ...chartSource({
          repository: `Address of a Helm repository. Without any source: ${repository}.`,
          registry: "Address of an OCI registry that holds the chart, without the chart's name.",
          folder: {
            description: "Folder of the unpacked chart, absolute or from the program's folder.",
            allowed: "a folder with Chart.yaml",
          },
        }),
        values: setting(z.record(z.string(), z.unknown()).default({}), {
          description: "Your own Helm values; they win. No secrets: they stand in the state in plain text.",
          allowed: "an object with keys of the chart's values.yaml",
        }),
      })
      .prefault({}),
    {
      description: what,
      allowed: "an object with enabled, version, repository or registry or folder, values",
    },
  );

/** What looks at the mesh from beside it. */
export const observability = setting(
  z
    .strictObject({
      prometheus: addOn({
        what: "Metrics of istiod and all proxies of the region.",
        version: "29.27.0",
        repository: "https://prometheus-community.github.io/helm-charts",
      }),
      grafana: addOn({
        what: "Istio's dashboards over a Prometheus.",
        version: "12.11.1",
        repository: "https://grafana-community.github.io/helm-charts",
      }),
      jaeger: addOn({
        what: "Traces; where it is enabled, the proxies of the region send theirs to it.",
        version: "4.11.1",
        repository: "https://jaegertracing.github.io/helm-charts",
      }),
      kiali: addOn({
        what: "The graph and the configuration of the mesh, of all clusters whose region has it too.",
        version: "2.29.0",
        repository: "https://kiali.org/helm-charts",
      }),
      prometheusUrl: setting(z.url({ protocol: /^https?$/ }).optional(), {
        description:
          "Prometheus that Grafana and Kiali ask in place of the region's own, such as one that gathers all regions.",
        allowed: "an http or https address that pods of the region reach",
      }),
    })
    .prefault({}),
  {
    description:
      "Prometheus, Grafana, Jaeger and Kiali in the namespace istio-observability, each off until it is enabled and none " +
      "reachable from outside the cluster (docs/observability.md).",
    allowed: "an object with prometheus, grafana, jaeger, kiali, prometheusUrl",
  },
);
