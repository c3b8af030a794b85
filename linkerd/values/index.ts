import { throwFaults } from "../../istio/rules/fault";
import { mergeValues, type Values } from "../../istio/values";
import type { InboundPolicy } from "../model";
import { LINKERD_NAMESPACE } from "../names";
import { controlPlaneHighAvailability, vizHighAvailability } from "./high-availability";
import { checkOverrides, currentKeys, type LinkerdChart, type LinkerdOverrides } from "./overrides";
import { controlPlaneProduction, missingRequests } from "./production";

export { controlPlaneHighAvailability, vizHighAvailability } from "./high-availability";
export type { LinkerdChart, LinkerdOverrides } from "./overrides";
export { controlPlaneProduction, missingRequests } from "./production";

/** What the values of Linkerd's charts are made from. */
export interface LinkerdValuesInput {
  /** First part of every identity, the same in all regions. */
  readonly trustDomain: string;
  /** Whether the chart brings the Gateway API's routes along, or the cluster has them. */
  readonly installGatewayApi: boolean;
  /**
   * What every workload lets in unless its namespace says otherwise.
   * @default the chart's: everybody
   */
  readonly defaultInboundPolicy?: InboundPolicy;
  /** What the user lays on top. */
  readonly overrides: LinkerdOverrides;
}

/**
 * The values of the charts linkerd-crds, linkerd-control-plane and linkerd-viz for one region: the charts' own high
 * availability, over it the production values, over those what makes it this mesh, over that what the user says.
 * @throws FaultError where the user's values hold a private key.
 */
export function linkerdValues(input: LinkerdValuesInput): Readonly<Record<LinkerdChart, Values>> {
  const { overrides, trustDomain } = input;
  throwFaults(checkOverrides("linkerd.values", overrides));
  const identityTrustDomain = trustDomain;
  return {
    crds: mergeValues({ installGatewayAPI: input.installGatewayApi }, overrides.crds ?? {}),
    controlPlane: mergeValues(
      controlPlaneHighAvailability,
      missingRequests.controlPlane,
      controlPlaneProduction,
      {
        identityTrustDomain,
        // Anchor and issuer stand before the chart: no key goes through its values.
        identity: { externalCA: true, issuer: { scheme: "kubernetes.io/tls" } },
        ...(input.defaultInboundPolicy === undefined
          ? {}
          : { proxy: { defaultInboundPolicy: input.defaultInboundPolicy } }),
      },
      currentKeys(overrides.controlPlane ?? {}),
    ),
    viz: mergeValues(
      vizHighAvailability,
      missingRequests.viz,
      { linkerdNamespace: LINKERD_NAMESPACE, identityTrustDomain },
      overrides.viz ?? {},
    ),
  };
}
