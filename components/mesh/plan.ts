import { existsSync } from "node:fs";
import { eastWestValues, gatewaysOf, istioValues } from "../../istio/values";
import type {
  ChartValues,
  ControlPlaneInput,
  GatewayChoices,
  GatewayKey,
  Overrides,
  RegionInput,
  SpanSink,
  Values,
} from "../../istio/values";
import { exposesIstiod, hasIstiod, type Mesh, type Region } from "../../topology";
import { chartReference, type ChartName, type ChartReference, type ChartSource } from "./chart";

/** Helm values per release as a stack file says them. */
export type ChartOverrides = Readonly<
  Record<keyof ChartValues | "eastWest", Readonly<Record<string, unknown>>>
>;

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
  readonly region: Region;
  readonly mesh: Mesh;
}

/** What the values need besides the settings. */
export interface MeshAddresses {
  /** @default the cloud gives the ingress gateway an address of its own choice */
  readonly gateway?: RegionInput["gatewayAddress"];
  /** Where a remote's istiod is, which is another region's. */
  readonly istiod?: string | undefined;
}

/** The load balancer of an east-west gateway, as its values need it. */
export interface EastWestPlace {
  readonly annotations: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
}

/** Charts and values of a region, found sound. */
export interface MeshPlan {
  readonly revision: string;
  readonly charts: Readonly<Record<ChartName, ChartReference>>;
  /** The gateways that the region has, but for the one to other networks. */
  readonly gateways: readonly GatewayKey[];
  /** The user's values lie over the addresses, which the cluster and the primary name. */
  readonly valuesFor: (addresses: MeshAddresses) => ChartValues;
  /** Values of the east-west gateway, where there is one. */
  readonly eastWestFor: (place: EastWestPlace) => Values;
}

/**
 * Resolves charts and values; pure but for a look for the charts' folders, so that a fault in them is said
 * before anything is made.
 * @throws FaultError or Error naming the setting.
 */
export function planMesh(settings: MeshSettings): MeshPlan {
  const { mesh, region, charts, istioVersion, overrides, values, ...rest } = settings;
  const reference = (chart: ChartName): ChartReference =>
    chartReference(charts, chart, istioVersion, existsSync);
  const valuesFor: MeshPlan["valuesFor"] = ({ gateway, istiod }) =>
    istioValues({
      ...rest,
      istioVersion,
      clusterName: region.cluster,
      network: region.network,
      ...(gateway === undefined ? {} : { gatewayAddress: gateway }),
      controlPlane: controlPlane(mesh, region, istiod),
      overrides: [overrides, values] as Overrides[],
    });
  const eastWestFor: MeshPlan["eastWestFor"] = (place) =>
    eastWestValues({
      ...rest,
      ...place,
      network: region.network,
      exposesIstiod: exposesIstiod(mesh, region.name),
      // As any pod's in its own region: an empty list would let everybody in.
      sources: [region.cidr, ...place.sources],
      overrides: [overrides.eastWest, values.eastWest] as Values[],
    });
  valuesFor({});
  return {
    revision: settings.revision,
    charts: { base: reference("base"), istiod: reference("istiod"), gateway: reference("gateway") },
    gateways: gatewaysOf(settings),
    valuesFor,
    eastWestFor,
  };
}

function controlPlane(mesh: Mesh, region: Region, istiod = ""): ControlPlaneInput | undefined {
  if (!hasIstiod(region)) return { kind: "remote", address: istiod };
  return exposesIstiod(mesh, region.name) ? { kind: "primary" } : undefined;
}
