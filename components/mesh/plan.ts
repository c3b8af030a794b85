import { existsSync } from "node:fs";
import { gatewaysOf, istioValues } from "../../istio/values";
import type {
  ChartValues,
  GatewayChoices,
  GatewayKey,
  Overrides,
  RegionInput,
  SpanSink,
} from "../../istio/values";
import { chartReference, type ChartName, type ChartReference, type ChartSource } from "./chart";

/** Helm values per release as a stack file says them. */
export type ChartOverrides = Readonly<Record<keyof ChartValues, Readonly<Record<string, unknown>>>>;

/** Settings that decide what is installed; described in docs/settings.md. */
export interface MeshSettings
  extends Omit<RegionInput, "gatewayAddress" | "clusterName" | "network">, GatewayChoices {
  readonly charts: ChartSource;
  /** @default what the value set says */
  readonly spans?: SpanSink | undefined;
  /** The region's values; they win over the profile's. */
  readonly overrides: ChartOverrides;
  /** The user's values; they win over all others. */
  readonly values: ChartOverrides;
  readonly region: { readonly cluster: string; readonly network: string };
}

/** Charts and values of a region, found sound. */
export interface MeshPlan {
  readonly revision: string;
  readonly charts: Readonly<Record<ChartName, ChartReference>>;
  /** The gateways that the region has. */
  readonly gateways: readonly GatewayKey[];
  /** The user's values lie over the gateway's address, which the cluster names. */
  readonly valuesFor: (gatewayAddress: RegionInput["gatewayAddress"]) => ChartValues;
}

/**
 * Resolves charts and values; pure but for a look for the charts' folders, so that a fault in them is said
 * before anything is made.
 * @throws FaultError or Error naming the setting.
 */
export function planMesh(settings: MeshSettings): MeshPlan {
  const { region, charts, istioVersion, overrides, values, ...rest } = settings;
  const reference = (chart: ChartName): ChartReference =>
    chartReference(charts, chart, istioVersion, existsSync);
  const valuesFor: MeshPlan["valuesFor"] = (gatewayAddress) =>
    istioValues({
      ...rest,
      istioVersion,
      clusterName: region.cluster,
      network: region.network,
      ...(gatewayAddress === undefined ? {} : { gatewayAddress }),
      overrides: [overrides, values] as Overrides[],
    });
  valuesFor(undefined);
  return {
    revision: settings.revision,
    charts: { base: reference("base"), istiod: reference("istiod"), gateway: reference("gateway") },
    gateways: gatewaysOf(settings),
    valuesFor,
  };
}
