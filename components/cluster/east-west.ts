import * as pulumi from "@pulumi/pulumi";
import { asRange, type AzureNames } from "../../azure";
import { eastWestPorts } from "../../istio/eastWest";
import { eastWestPeers, exposesIstiod, hasEastWestGateway, internalAddress } from "../../topology";
import type { Mesh, Region, SubnetPlan } from "../../topology";
import type { LinkedPeer } from "../link/peers";
import type { Addresses } from "./addresses";
import type { EastWestBalancer } from "./cluster";

/** The setting `eastWest`; described in docs/settings.md. */
export interface EastWestSetting {
  readonly exposure: "public" | "internal";
  readonly sourceRanges: readonly string[];
}

/** How a region's east-west gateway is reached, and by whom. */
export interface EastWestPlan {
  readonly exposure: "public" | "internal";
  /** Ranges of the peers and those that the user names. */
  readonly sources: readonly string[];
  readonly ports: readonly number[];
}

/** What a plan follows from. */
export interface EastWestQuestion {
  readonly mesh: Mesh;
  readonly region: Region;
  readonly setting: EastWestSetting;
  readonly linked: readonly Pick<LinkedPeer, "region" | "egressAddresses">[];
}

/**
 * Who reaches a region's east-west gateway: from the Internet the linked peers by the addresses that they leave by,
 * from inside the peers' virtual networks. Undefined where the region has none.
 */
export function planEastWest({ mesh, region, setting, linked }: EastWestQuestion): EastWestPlan | undefined {
  if (!hasEastWestGateway(mesh, region.name)) return undefined;
  const { exposure, sourceRanges } = setting;
  const peers = eastWestPeers(mesh, region.name);
  const sources =
    exposure === "internal"
      ? peers.map(({ cidr }) => cidr)
      : linked
          .filter((one) => peers.some(({ name }) => name === one.region))
          .flatMap(({ egressAddresses }) => egressAddresses.map(asRange));
  return {
    exposure,
    sources: [...new Set([...sources, ...sourceRanges])].toSorted(),
    ports: eastWestPorts(exposesIstiod(mesh, region.name)).map(({ port }) => port),
  };
}

const ANNOTATION = "service.beta.kubernetes.io/azure-";

/** Azure's load balancer of the gateway: by an address of ours that outlives it. */
export function azureBalancer(
  exposure: EastWestPlan["exposure"],
  names: AzureNames,
  subnets: SubnetPlan,
  { eastWestIp }: Addresses,
): EastWestBalancer {
  if (exposure === "internal") {
    const address = internalAddress(subnets);
    return {
      annotations: {
        [`${ANNOTATION}load-balancer-internal`]: "true",
        [`${ANNOTATION}load-balancer-ipv4`]: address,
      },
      address: pulumi.output(address),
    };
  }
  return {
    annotations: {
      [`${ANNOTATION}pip-name`]: names.eastWestAddress,
      [`${ANNOTATION}load-balancer-resource-group`]: names.addressGroup,
    },
    ...(eastWestIp === undefined ? {} : { address: eastWestIp }),
  };
}

/** A load balancer that is not ours gives what address it will; Azure's would be internal by this annotation. */
export function foreignBalancer(exposure: EastWestPlan["exposure"]): EastWestBalancer {
  return { annotations: exposure === "internal" ? { [`${ANNOTATION}load-balancer-internal`]: "true" } : {} };
}
