import type { RolloutPhases } from "../topology";
import type { BuiltObject, NamespaceSpec } from "./build";
import { buildEntries, buildNamespaces, rawObjects } from "./build";
import type { BoundCluster, Distribution } from "./distribute";
import { boundPart, distribute } from "./distribute";
import type { Application, Binding } from "./intent";
import { rateLimitConfiguration } from "./limits/configuration";
import type { PolicyMatrix } from "./matrix";
import { policyMatrix } from "./matrix";
import type { ConfigMap, IstioObject } from "./model";
import { objectKey } from "./model";
import { checkCatalog } from "./rules/catalog";
import { checkDistribution } from "./rules/distribution";
import type { Fault } from "./rules/fault";
import { CatalogError } from "./rules/fault";
import { checkNames, checkRaw } from "./rules/objects";
import { buildScope } from "./scope";

export type { NamespaceSpec } from "./build";

/** What the catalog is compiled for: one region of one mesh. */
export interface MeshContext {
  /** All regions of the mesh, this one among them; the names are the localities of the clusters' nodes. */
  readonly regions: readonly string[];
  /** The region that the objects are for. */
  readonly region: string;
  /** Labels of the region's cluster, which bindings select by. */
  readonly clusterLabels: Readonly<Record<string, string>>;
  /**
   * All clusters that get custom resources, by region, with their labels.
   * @default this region's alone
   */
  readonly clusters?: readonly BoundCluster[];
  /** First part of every identity of the mesh, as in `cluster.local`. */
  readonly trustDomain: string;
  /** The control plane's revision that injects proxies; `default` is the one without a name. */
  readonly revision: string;
  /** Phase of every canary, by `namespace/name` of its service; the same in every region. */
  readonly rollouts: RolloutPhases;
  /** Where policies for the whole mesh stand. */
  readonly rootNamespace: "istio-system";
  /**
   * Namespaces whose proxies must know every host of the mesh, whoever may call it, as those of east-west gateways.
   * @default none
   */
  readonly seesAll?: readonly string[];
  /** Namespaces whose services every proxy is told of. @default the root namespace alone */
  readonly seenByAll?: readonly string[];
}

/** An object that a region applies, and the entry of the catalog that it comes from. */
export type AppliedObject = Omit<BuiltObject, "source">;

/** What a region applies, sorted whatever the order of the input. */
export interface CompiledCatalog {
  readonly namespaces: readonly NamespaceSpec[];
  readonly objects: readonly IstioObject[];
  /** Configuration of services that the mesh asks, as of the one that counts rate limits. */
  readonly configMaps: readonly ConfigMap[];
  /** The same objects in the same order, each with the entry of the catalog that it comes from. */
  readonly entries: readonly AppliedObject[];
  /** Which objects go to which clusters, in the whole mesh. */
  readonly matrix: PolicyMatrix;
}

/** What a whole mesh applies: the same whichever region asks. */
export interface CompiledMesh {
  /** Namespaces that go anywhere, sorted, each with what bindings select it by. */
  readonly namespaces: readonly (NamespaceSpec & { readonly source: object })[];
  /** Objects that go anywhere, sorted, each with its entry and what bindings select it by. */
  readonly entries: readonly BuiltObject[];
  /** Configuration of services that the mesh asks, each with the entries that it is about: it goes where they go. */
  readonly configMaps: readonly { readonly configMap: ConfigMap; readonly sources: readonly object[] }[];
  /** What goes where. */
  readonly distribution: Distribution;
  readonly matrix: PolicyMatrix;
}

/**
 * Compiles the applications that the bindings give to this region. All applications are checked, bound
 * here or not, so that every region of the mesh refuses the same catalog.
 * @throws CatalogError listing every fault.
 */
export function compile(
  applications: readonly Application[],
  bindings: readonly Binding[],
  mesh: MeshContext,
): CompiledCatalog {
  return partOf(compileMesh(applications, bindings, mesh), mesh.region);
}

/**
 * Compiles the applications for all clusters of the mesh. Whatever goes to any of them is built together, so that
 * an object is the same wherever it goes.
 * @throws CatalogError listing every fault.
 */
export function compileMesh(
  applications: readonly Application[],
  bindings: readonly Binding[],
  mesh: MeshContext,
): CompiledMesh {
  refuse([...checkContext(mesh), ...checkCatalog(applications, bindings, mesh.regions)]);
  // After the rest, because raw objects are held against what sound services are built into.
  const all = buildEntries(applications, mesh);
  refuse([
    ...checkNames(all),
    ...checkRaw(
      rawObjects(applications),
      all.map(({ object }) => object),
    ),
  ]);

  const clusters = mesh.clusters ?? [{ name: mesh.region, labels: mesh.clusterLabels }];
  const distribution = distribute(applications, bindings, clusters);
  refuse(checkDistribution(applications, distribution));
  const bound = boundPart(applications, distribution);
  const built = bound === applications ? all : buildEntries(bound, mesh);
  return {
    namespaces: sortedBy(({ name }) => name, buildNamespaces(bound, mesh.revision)),
    entries: sortedBy(({ object }) => objectKey(object), built),
    configMaps: configMapsOf(bound, mesh),
    distribution,
    matrix: policyMatrix({ bindings, clusters, distribution, built: all }),
  };
}

/** What goes to any of some regions of a compiled mesh. */
export function partOf(mesh: CompiledMesh, ...regions: readonly string[]): CompiledCatalog {
  const goesHere = ({ source }: { readonly source: object }): boolean =>
    mesh.distribution.clustersOf(source).some((region) => regions.includes(region));
  const entries = mesh.entries.filter(goesHere);
  return {
    namespaces: mesh.namespaces.filter(goesHere).map(({ name, labels, annotations }) => ({
      name,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
    })),
    objects: entries.map(({ object }) => object),
    configMaps: mesh.configMaps
      .filter(({ sources }) => sources.some((source) => goesHere({ source })))
      .map(({ configMap }) => configMap),
    entries: entries.map(({ application, entry, object }) => ({ application, entry, object })),
    matrix: mesh.matrix,
  };
}

function configMapsOf(bound: readonly Application[], mesh: MeshContext): CompiledMesh["configMaps"] {
  const configMap = rateLimitConfiguration(buildScope(bound, mesh));
  if (configMap === undefined) return [];
  const sources = bound
    .flatMap(({ services }) => services)
    .filter(({ globalRateLimits = [] }) => globalRateLimits.length > 0);
  return [{ configMap, sources }];
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new CatalogError(faults);
}

/** A locality table has no row for a region that the mesh does not list, so its clients would reach nobody. */
function checkContext({ region, regions }: MeshContext): readonly Fault[] {
  if (regions.includes(region)) return [];
  return [
    {
      setting: "regions",
      value: regions,
      allowed: `a list with the region itself, ${region}`,
      fix: `Add ${region} to the regions table`,
    },
  ];
}

function sortedBy<T>(key: (item: T) => string, items: readonly T[]): readonly T[] {
  return items.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
}
