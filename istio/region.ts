import type { Mesh, Region, RolloutPhases } from "../topology";
import { governedBy, hasEastWestGateway, hasIstiod } from "../topology";
import type { Catalog } from "./choose";
import { chooseApplications } from "./choose";
import type { CompiledCatalog, CompiledMesh, MeshContext } from "./compile";
import { compileMesh, partOf } from "./compile";
import { EAST_WEST_NAMESPACE } from "./eastWest";
import { OBSERVABILITY_NAMESPACE } from "./observability/addOns";

/** Settings that decide what the catalog gives to a region. */
export interface PolicySettings {
  /** Names of the applications that the mesh runs. */
  readonly applications: readonly string[];
  readonly mesh: Mesh;
  readonly region: Region;
  readonly trustDomain: string;
  readonly revision: string;
  /** Phases of the canaries, from `rollouts.yaml`. */
  readonly rollouts: RolloutPhases;
  /** @default no add-on that proxies speak to */
  readonly observability?: { readonly jaeger: { readonly enabled: boolean } };
}

/** The mesh as the catalog is compiled for one of its regions. */
export function regionContext(settings: PolicySettings): MeshContext {
  const { mesh, region, trustDomain, revision, rollouts } = settings;
  return {
    // Leaving regions too: a table of localities that names them stays right, and changes only once.
    regions: mesh.regions.map(({ name }) => name),
    region: region.name,
    clusterLabels: region.labels,
    clusters: mesh.regions.map(({ name, labels }) => ({ name, labels })),
    trustDomain,
    revision,
    rollouts,
    rootNamespace: "istio-system",
    // A proxy that is not told of the tracing provider's Service has no cluster to send its spans to.
    ...(settings.observability?.jaeger.enabled === true ? { seenByAll: [OBSERVABILITY_NAMESPACE] } : {}),
    ...(hasEastWestGateway(mesh, region.name) ? { seesAll: [EAST_WEST_NAMESPACE] } : {}),
  };
}

/**
 * What the bindings give to a region; pure, so that a fault in the catalog is said before anything is made, and
 * whoever has no engine sees the same. A primary applies what they give to its remotes, too, since istiod reads
 * objects from its own cluster only; a remote has its namespaces and no objects.
 * @throws CatalogError listing every fault.
 */
export function compileRegion(settings: PolicySettings, catalog: Catalog): CompiledCatalog {
  return regionPart(compileAll(settings, catalog), settings);
}

/** What a region applies of what the whole mesh does. */
export function regionPart(
  compiled: CompiledMesh,
  { mesh, region }: Pick<PolicySettings, "mesh" | "region">,
): CompiledCatalog {
  if (!hasIstiod(region)) return { ...partOf(compiled, region.name), objects: [], entries: [] };
  return partOf(compiled, ...governedBy(mesh, region.name).map(({ name }) => name));
}

/**
 * What the bindings give to all regions, as the settings of one of them say it.
 * @throws CatalogError listing every fault.
 */
export function compileAll(settings: PolicySettings, catalog: Catalog): CompiledMesh {
  const { applications, bindings } = chooseApplications(catalog, settings.applications, settings.rollouts);
  return compileMesh(applications, bindings, regionContext(settings));
}

/** Hosts of the mesh that exist in no cluster's DNS, sorted. */
export function globalHostsOf(
  settings: Pick<PolicySettings, "applications" | "rollouts">,
  catalog: Catalog,
): readonly string[] {
  const { applications } = chooseApplications(catalog, settings.applications, settings.rollouts);
  const hosts = applications.flatMap(({ services }) =>
    services.flatMap(({ globalHost }) => globalHost ?? []),
  );
  return [...new Set(hosts)].toSorted();
}
