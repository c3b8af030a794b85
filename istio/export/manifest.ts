import type { NamespaceSpec } from "../build";
import type { CompiledMesh } from "../compile";
import { type IstioObject, objectKey } from "../model";

/** An object as kubectl takes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

/** A manifest and the clusters that it goes to, by region. */
export interface Placed {
  /** `Namespace/name`, or `namespace/Kind/name`. */
  readonly key: string;
  readonly manifest: Manifest;
  readonly clusters: readonly string[];
  /** Names of the bindings that give it to them. */
  readonly bindings: readonly string[];
}

/** What a mesh applies: namespaces first, so that each object finds its own. */
export interface ExportModel {
  readonly namespaces: readonly Placed[];
  readonly objects: readonly Placed[];
}

/**
 * Namespaces and objects of a mesh, each with where it goes.
 * @param istiodOf the region whose istiod runs a region's proxies, which reads objects from its own cluster only.
 */
export function exportModel(
  { namespaces, entries, configMaps, distribution }: CompiledMesh,
  istiodOf: (region: string) => string = (region) => region,
): ExportModel {
  const place = (sources: readonly object[], ...where: ((region: string) => string)[]) => {
    const bound = sources.flatMap(distribution.clustersOf);
    return {
      clusters: distinct(bound.flatMap((region) => where.map((to) => to(region)))),
      bindings: distinct(sources.flatMap(distribution.bindingsOf)),
    };
  };
  const itself = (region: string): string => region;
  return {
    namespaces: namespaces.map((namespace) => ({
      key: `Namespace/${namespace.name}`,
      manifest: namespaceManifest(namespace),
      ...place([namespace.source], itself, istiodOf),
    })),
    objects: [
      ...entries.map(({ object, source }) => ({
        key: objectKey(object),
        manifest: objectManifest(object),
        ...place([source], istiodOf),
      })),
      ...configMaps.map(({ configMap: { metadata, data }, sources }) => ({
        key: `${metadata.namespace}/ConfigMap/${metadata.name}`,
        manifest: { apiVersion: "v1", kind: "ConfigMap", metadata, data },
        ...place(sources, itself, istiodOf),
      })),
    ].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}

function namespaceManifest({ name, labels, annotations }: NamespaceSpec): Manifest {
  const metadata = { name, labels, ...(annotations === undefined ? {} : { annotations }) };
  return { apiVersion: "v1", kind: "Namespace", metadata };
}

function objectManifest({ apiVersion, kind, metadata, spec }: IstioObject): Manifest {
  return { apiVersion, kind, metadata, spec };
}

/** The part of a model that goes to a cluster. */
export function modelOf(model: ExportModel, region: string): ExportModel {
  const here = ({ clusters }: Placed): boolean => clusters.includes(region);
  return { namespaces: model.namespaces.filter(here), objects: model.objects.filter(here) };
}

/**
 * The model of all regions from what each says for itself. Stack files may differ, in the revision that injects as
 * during an upgrade; then an object is not the same everywhere and cannot stand in one list.
 * @param models region → its model, of which its own part counts.
 * @throws ExportError where an object differs.
 */
export function mergeModels(models: ReadonlyMap<string, ExportModel>): ExportModel {
  const parts = [...models].map(([region, model]) => [region, modelOf(model, region)] as const);
  const merge = (list: keyof ExportModel): readonly Placed[] => {
    const merged = new Map<string, Placed & { readonly from: string }>();
    for (const [region, part] of parts) {
      for (const placed of part[list]) {
        const known = merged.get(placed.key) ?? { ...placed, clusters: [], bindings: [], from: region };
        if (JSON.stringify(known.manifest) !== JSON.stringify(placed.manifest)) {
          throw new ExportError(
            `${placed.key} is not the same in ${known.from} and ${region}, because their stack files differ. ` +
              "Export one region with --region, or the tree with --format yaml --out.",
          );
        }
        merged.set(placed.key, {
          ...known,
          clusters: [...known.clusters, region].toSorted(),
          bindings: distinct([...known.bindings, ...placed.bindings]),
        });
      }
    }
    return [...merged.values()]
      .map(({ key, manifest, clusters, bindings }) => ({ key, manifest, clusters, bindings }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  };
  return { namespaces: merge("namespaces"), objects: merge("objects") };
}

/** Everything of a model in one list, namespaces first. */
export function manifestsOf({ namespaces, objects }: ExportModel): readonly Manifest[] {
  return [...namespaces, ...objects].map(({ manifest }) => manifest);
}

/** Something that a format cannot say. */
export class ExportError extends Error {
  override readonly name = "ExportError";
}
