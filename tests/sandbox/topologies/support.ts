import { readFileSync } from "node:fs";
import { request } from "node:http";
import { requireIdentity } from "../../../cli/sandbox/context";
import { regionAddresses } from "../../../sandbox/addresses/layout";
import { makeStanding, type Standing } from "../../support/standing";

/** The two regions that a topology is shown with; the first is the primary. */
export const REGIONS = ["eastus", "westeurope"] as const;

/** A Service as far as the tests look into it. */
export interface Service {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly ports: readonly { readonly port: number }[];
    readonly loadBalancerSourceRanges?: readonly string[];
  };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

/** A namespace as far as the tests look into it. */
export interface Namespace {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export const eastWestService = ["get", "service", "-n", "istio-eastwest", "istio-eastwestgateway"] as const;

/** A sandbox of two regions in a topology, not started yet. */
export function twoRegions(topology: string, networks: Readonly<Record<string, string>> = {}): Standing {
  const standing = makeStanding();
  standing.edit("Pulumi.yaml", "default: flat", `default: ${topology}`);
  standing.setRegion("southeastasia", undefined);
  standing.write("Pulumi.southeastasia.yaml", undefined);
  for (const [index, region] of REGIONS.entries()) {
    const network = networks[region];
    const cidr = `10.${index + 1}0.0.0/16`;
    standing.setRegion(region, network === undefined ? { cidr } : { cidr, network });
  }
  return standing;
}

/** What istiod says of itself: `/debug/clusterz`, `/debug/networkz`. */
export function istiodSays(standing: Standing, region: string, path: string): Promise<string> {
  const identity = requireIdentity(standing.context.home);
  const slot = identity.slots[region];
  if (slot === undefined) throw new Error(`${region} has no addresses`);
  const { http } = regionAddresses(identity.block, slot).istiod;
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: http, path, timeout: 10_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve(Buffer.concat(parts).toString()));
    })
      .on("error", reject)
      .end();
  });
}

/** Properties of the resources of a type that the ARM stand-in keeps, by name. */
export function armProperties(standing: Standing, type: string): Readonly<Record<string, never>> {
  const { resources } = JSON.parse(readFileSync(standing.context.home.armState, "utf8")) as {
    resources: Record<string, { id: string; properties: never }>;
  };
  return Object.fromEntries(
    Object.values(resources)
      .filter(({ id }) => new RegExp(`/${type}/[^/]+$`, "i").test(id))
      .map(({ id, properties }) => [id.slice(id.lastIndexOf("/") + 1), properties]),
  );
}
