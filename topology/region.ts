/** How the clusters of a mesh reach each other. */
export type TopologyKind = "flat" | "multi-network" | "primary-remote";

/** What the regions table says about one region. */
export interface RegionEntry {
  /** Address range of the region's virtual network, as in `10.10.0.0/16`. */
  readonly cidr: string;
  /** Labels that bindings select clusters by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Availability zones of the region's nodes; empty where the Azure region has none. */
  readonly zones: readonly string[];
  /**
   * Istio network of the region's pods; regions of one network are peered, others meet at east-west gateways.
   * @default `network-<region>` in a mesh of several networks, else `network1`
   */
  readonly network?: string | undefined;
}

/** The regions table: region name → entry. */
export type RegionTable = Readonly<Record<string, RegionEntry>>;

/** One region of a mesh with everything that follows from its name and place in the table. */
export interface Region extends Omit<RegionEntry, "network"> {
  readonly name: string;
  /** Name of the region's cluster, which is also its name in the mesh (`global.multiCluster.clusterName`). */
  readonly cluster: string;
  /** The Istio network of the cluster (`topology.istio.io/network`). */
  readonly network: string;
  /** Whether this is the mesh's primary region. */
  readonly primary: boolean;
  /** The region whose istiod runs this one's proxies: itself, or in a primary-remote mesh the primary. */
  readonly controlPlane: string;
  /** Whether the region still stands but is being unlinked, so that it can be destroyed. */
  readonly leaving: boolean;
}

/** All regions of one mesh. */
export interface Mesh {
  readonly topology: TopologyKind;
  /** Sorted by name: the engine hands the table on sorted, and whoever reads the file must agree with it. */
  readonly regions: readonly Region[];
}

/** What a mesh is made from. */
export interface MeshArgs {
  readonly topology: TopologyKind;
  readonly regions: RegionTable;
  /** Name of the primary region. */
  readonly primary: string;
  /** Names of the regions that are being unlinked. */
  readonly leaving: readonly string[];
}

/** Name of the cluster of a region, as seed configurations have it: `eastus` → `eastus-cluster`. */
export function clusterName(region: string): string {
  return `${region}-cluster`;
}

/** Name of a locality as Istio writes it: `eastus`, or with a zone `eastus/eastus-1`. */
export function localityName(region: string, zone?: string): string {
  return zone === undefined ? region : `${region}/${region}-${zone}`;
}

/** The pattern that matches every zone of a region in a locality table: `eastus/*`. */
export function localityPattern(region: string): string {
  return `${region}/*`;
}

/**
 * The Istio network of a region that names none; a flat mesh has one. Where each region has its own, the network
 * is named after the region, not numbered: a number would move when a region is added, and endpoints with it.
 */
export function networkName(topology: TopologyKind, region: string): string {
  switch (topology) {
    case "flat":
    case "primary-remote":
      return "network1";
    case "multi-network":
      return `network-${region}`;
  }
}

/** Builds the mesh from a regions table that has been validated. */
export function buildMesh(args: MeshArgs): Mesh {
  return {
    topology: args.topology,
    regions: Object.entries(args.regions)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => ({
        ...entry,
        name,
        cluster: clusterName(name),
        network: entry.network ?? networkName(args.topology, name),
        primary: name === args.primary,
        controlPlane: args.topology === "primary-remote" ? args.primary : name,
        leaving: args.leaving.includes(name),
      })),
  };
}

/** The region of that name; asking for one that the mesh does not have is a fault of the program. */
export function regionOf(mesh: Mesh, name: string): Region {
  const region = mesh.regions.find((candidate) => candidate.name === name);
  if (region === undefined) {
    throw new Error(
      `region "${name}" is not in the mesh; its regions: ${mesh.regions.map((r) => r.name).join(", ")}`,
    );
  }
  return region;
}
