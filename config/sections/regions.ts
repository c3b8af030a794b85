import { z } from "zod";
import { setting } from "../document";
import { cidrText, labelKey, labelValue, REGION_NAME_LENGTH, scalarText } from "./names";

/** Labels of a region that names none: what the bindings of the catalog select by. */
export const DEFAULT_LABELS = { mesh: "enabled", integration: "istio" } as const;

/** The regions table. */
export const regions = setting(
  z.record(
    // Names are looked at by checks/regions.ts, in better words than one pattern has.
    z.string(),
    setting(
      z.strictObject({
        cidr: setting(cidrText, {
          description:
            "Address range of the region's virtual network. No two regions of one network may overlap: they are peered.",
          allowed: "an IPv4 range that no other region of its network uses, such as 10.40.0.0/16",
        }),
        network: setting(labelValue.pipe(z.string().min(1)).optional(), {
          description:
            "Istio network of the region's pods (docs/topologies.md). Regions of one network are peered and their pods " +
            "call each other directly. Default: network-<region> with multi-network, else network1.",
          allowed: "a name such as network2, of letters, digits, hyphens, dots and underscores",
        }),
        labels: setting(z.record(labelKey, labelValue).default(DEFAULT_LABELS), {
          description: "Labels of the cluster, by which the catalog's bindings select it.",
          allowed:
            "a map of Kubernetes labels such as {mesh: enabled, tier: gold}; a value has at most 63 letters, digits, " +
            "hyphens, dots and underscores",
        }),
        zones: setting(
          z
            .array(scalarText.pipe(z.string().regex(/^[1-9]$/)))
            .max(9)
            .default(["1", "2", "3"]),
          {
            description:
              "Availability zones of nodes and gateway address; [] where the Azure region has none.",
            allowed: 'a list of zone numbers such as ["1", "2", "3"]',
          },
        ),
      }),
      {
        description: "One region.",
        allowed: "an object with cidr and, if wanted, labels, network and zones",
      },
    ),
  ),
  {
    description: "The regions of the mesh. A further region is one entry here and one Pulumi.<region>.yaml.",
    allowed:
      "a map from region name to {cidr, labels, network, zones}; a name is the Azure location: lower-case letters, digits " +
      `and single hyphens, at most ${REGION_NAME_LENGTH} characters`,
    fix: "az account list-locations --query '[].name' prints the names",
  },
);

/** The primary region. */
export const primary = setting(z.string(), {
  description:
    "The primary region. In a primary-remote mesh its istiod runs all regions, and it comes up first. In the others " +
    "every region has an istiod of its own: nothing depends on it, and the regions come up in any order.",
  allowed: "the name of a region in the regions table",
});

/** Regions that are being unlinked. */
export const leaving = setting(z.array(z.string()), {
  description:
    "Regions about to be destroyed. Every other stack drops its link to them while they still stand, " +
    "so that no istiod keeps a dead peer.",
  allowed: "a list of names in the regions table, but not all of them",
});

/** How the clusters reach each other. */
export const topology = setting(z.enum(["flat", "multi-network", "primary-remote"]), {
  description:
    "How the clusters reach each other (docs/topologies.md). flat: one network, peered virtual networks, an istiod " +
    "per region. multi-network: a network and an istiod per region, joined by east-west gateways. primary-remote: " +
    "the primary's istiod runs the proxies of all regions. Regions that stand refuse another one.",
  allowed: "flat, multi-network or primary-remote",
});

/** The gateways between networks. */
export const eastWest = setting(
  z.strictObject({
    exposure: setting(z.enum(["public", "internal"]).default("public"), {
      description:
        "public: an address on the Internet that only the linked peers' egress addresses and sourceRanges reach. " +
        "internal: an address of the region's virtual network; the routes between the regions are yours to make.",
      allowed: "public or internal",
    }),
    sourceRanges: setting(z.array(cidrText).max(100).default([]), {
      description: "Further ranges that reach the east-west gateways.",
      allowed: "a list of IPv4 ranges, none of them everybody",
    }),
  }),
  {
    description:
      "Load balancers of the east-west gateways, which multi-network and primary-remote meshes have.",
    allowed: "an object with exposure and sourceRanges",
  },
);
