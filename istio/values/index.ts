import { throwFaults } from "../rules/fault";
import { checkIstioVersion } from "../rules/version";
import { controlPlaneValues, type ControlPlaneInput } from "./controlPlane";
import { mergeValues } from "./merge";
import type { Overrides } from "./overrides";
import { overrideLayers } from "./overrides";
import type { ChartValues, ProfileName } from "./profiles";
import { profiles } from "./profiles";
import type { RegionInput } from "./region";
import { regionValues } from "./region";
import { tracingValues, type SpanSink } from "./tracing";

export type { ControlPlaneInput } from "./controlPlane";
export { eastWestValues, type EastWestInput } from "./eastWest";
export type { Value, Values } from "./merge";
export { mergeValues } from "./merge";
export type { Overrides } from "./overrides";
export type { ChartValues, ProfileName } from "./profiles";
export type { EgressGatewayChoice, GatewayChoices, GatewayKey, GatewayPlace } from "./gateways";
export { GATEWAY_NAME, GATEWAYS, gatewayOf, gatewaysOf } from "./gateways";
export { profiles } from "./profiles";
export type { RegionInput } from "./region";
export type { SpanSink } from "./tracing";

/** What the values of a region's charts are made from. */
export interface ValuesInput extends RegionInput {
  /** The named value set to begin with. */
  readonly profile: ProfileName;
  /** @default an istiod of the region's own, for itself alone */
  readonly controlPlane?: ControlPlaneInput | undefined;
  /**
   * Where proxies send their spans.
   * @default what the profile says
   */
  readonly spans?: SpanSink | undefined;
  /**
   * What the user lays on top, chart by chart; of several layers the last wins. Layers are not to be merged
   * beforehand: the `null` that takes a value of the profile away would be gone.
   * @default nothing
   * @example [{ gateway: { autoscaling: { maxReplicas: 20 } } }]
   */
  readonly overrides?: readonly Overrides[];
}

/**
 * The values of a region's releases, those of gateways that it may not have included: the profile, over it what makes
 * the region a member of the mesh, over that what the user says.
 * @throws FaultError when the Istio version is one that this program does not install.
 */
export function istioValues(input: ValuesInput): ChartValues {
  throwFaults(checkIstioVersion("istioVersion", input.istioVersion));
  const layers: readonly Overrides[] = [
    profiles[input.profile],
    regionValues(input),
    ...(input.spans === undefined ? [] : [tracingValues(profiles[input.profile].istiod, input.spans)]),
    controlPlaneValues(input.controlPlane, input),
    ...(input.overrides ?? []).flatMap(overrideLayers),
  ];
  const chart = (name: keyof ChartValues) => mergeValues(...layers.map((layer) => layer[name] ?? {}));
  return {
    base: chart("base"),
    istiod: chart("istiod"),
    gateway: chart("gateway"),
    egressGateway: chart("egressGateway"),
    internalGateway: chart("internalGateway"),
  };
}
