import path from "node:path";
import {
  ADD_ON_CHARTS,
  ADD_ON_NAMES,
  addOnHost,
  addOnValues,
  SPAN_PORTS,
  type AddOnName,
} from "../../istio/observability";
import type { SpanSink, Values } from "../../istio/values";
import { SYSTEM_NAMESPACE } from "../internal/labels";
import type { ChartReference } from "../mesh/chart";

/** What a stack says of one add-on. */
export interface AddOnSettings {
  readonly enabled: boolean;
  readonly version: string;
  readonly repository?: string | undefined;
  readonly registry?: string | undefined;
  readonly folder?: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Settings that decide what stands beside the mesh; described in docs/settings.md. */
export interface ObservabilitySettings {
  readonly observability: Readonly<Record<AddOnName, AddOnSettings>> & {
    readonly prometheusUrl?: string | undefined;
  };
  readonly istioVersion: string;
  readonly region: { readonly name: string; readonly cluster: string };
}

/** One add-on of a region, found sound. */
export interface AddOn {
  readonly name: AddOnName;
  readonly chart: ChartReference;
  readonly values: Values;
}

/** The add-ons of a region; none where nothing is enabled. */
export interface ObservabilityPlan {
  readonly addOns: readonly AddOn[];
}

/** Whether a region has an add-on. */
export function hasAddOn({ addOns }: ObservabilityPlan, name: AddOnName): boolean {
  return addOns.some((addOn) => addOn.name === name);
}

/** Where the proxies of a region send their spans, where that is a Jaeger of ours. */
export function spanSink({
  observability,
}: Pick<ObservabilitySettings, "observability">): SpanSink | undefined {
  if (!observability.jaeger.enabled) return undefined;
  return { name: "jaeger", host: addOnHost("jaeger"), port: SPAN_PORTS.otlp };
}

/**
 * Resolves charts and values of the add-ons; pure but for a look for their folders.
 * @param exists whether a file exists.
 * @throws Error naming the setting.
 */
export function planObservability(
  settings: ObservabilitySettings,
  exists: (file: string) => boolean,
): ObservabilityPlan {
  const { observability, region } = settings;
  const values = addOnValues({
    enabled: ADD_ON_NAMES.filter((name) => observability[name].enabled),
    region: region.name,
    clusterName: region.cluster,
    istioVersion: settings.istioVersion,
    rootNamespace: SYSTEM_NAMESPACE,
    ...(observability.prometheusUrl === undefined ? {} : { prometheusUrl: observability.prometheusUrl }),
    values: {
      prometheus: observability.prometheus.values as Values,
      grafana: observability.grafana.values as Values,
      jaeger: observability.jaeger.values as Values,
      kiali: observability.kiali.values as Values,
    },
  });
  return {
    addOns: values.map(([name, own]) => ({
      name,
      chart: addOnChart(name, observability[name], exists),
      values: own,
    })),
  };
}

function addOnChart(name: AddOnName, said: AddOnSettings, exists: (file: string) => boolean): ChartReference {
  const { chart, repository } = ADD_ON_CHARTS[name];
  const { folder, registry, version } = said;
  if (registry !== undefined) return { chart: `${registry.replace(/\/+$/, "")}/${chart}`, version };
  if (folder === undefined)
    return { chart, version, repositoryOpts: { repo: said.repository ?? repository } };
  // Absolute: the engine's plugins work in folders of their own.
  const absolute = path.resolve(folder);
  if (exists(path.join(absolute, "Chart.yaml"))) return { chart: absolute };
  throw new Error(
    `global-mesh:observability.${name}.folder: got "${folder}", which holds no Chart.yaml; allowed is the folder of ` +
      `the unpacked chart ${chart}, absolute or from the program's folder. helm pull ${chart} --repo ${repository} ` +
      `--version ${version} --untar makes one`,
  );
}
