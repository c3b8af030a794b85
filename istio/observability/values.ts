import { mergeValues, type Values } from "../values";
import { ADD_ON_NAMES, addOnUrl, type AddOnName } from "./addOns";
import { grafanaValues } from "./grafana";
import { jaegerValues } from "./jaeger";
import { kialiValues } from "./kiali";
import { prometheusValues } from "./prometheus";

/** What the values of the add-ons depend on. */
export interface AddOnInput {
  /** The add-ons that the region has. */
  readonly enabled: readonly AddOnName[];
  readonly region: string;
  readonly clusterName: string;
  readonly istioVersion: string;
  readonly rootNamespace: string;
  /** @default the region's own Prometheus */
  readonly prometheusUrl?: string;
  /** The user's values, which win. */
  readonly values: Readonly<Record<AddOnName, Values>>;
}

/** Helm values of the add-ons that a region has, in a fixed order. */
export function addOnValues(input: AddOnInput): readonly (readonly [AddOnName, Values])[] {
  const prometheusUrl = input.prometheusUrl ?? addOnUrl("prometheus");
  const jaeger = input.enabled.includes("jaeger");
  const own = {
    prometheus: () => prometheusValues(input),
    grafana: () => grafanaValues({ ...input, prometheusUrl }),
    jaeger: jaegerValues,
    kiali: () => kialiValues({ ...input, prometheusUrl, jaeger }),
  } satisfies Record<AddOnName, () => Values>;
  return ADD_ON_NAMES.filter((name) => input.enabled.includes(name)).map((name) => [
    name,
    mergeValues(own[name](), input.values[name]),
  ]);
}
