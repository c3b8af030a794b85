import type { BuiltObject } from "./build";
import type { BoundCluster, Clusters, Distribution } from "./distribute";
import { clustersOfBinding } from "./distribute";
import type { Binding } from "./intent";
import { objectKey } from "./model";

/** A binding without effect. */
export interface EmptyBinding {
  readonly binding: string;
  /** What it does not select. */
  readonly selects: "no cluster" | "no object";
}

/** An entry that no binding selects, and the objects that it would become. */
export interface UnselectedEntry {
  readonly application: string;
  /** Entry within the application, as in `services.ai-agent`. */
  readonly entry: string;
  /** Each as `namespace/Kind/name`. */
  readonly objects: readonly string[];
}

/** Which objects go to which clusters, for the whole mesh: the same whichever region asks. */
export interface PolicyMatrix {
  /** Every cluster by the name of its region, sorted. */
  readonly clusters: Clusters;
  /** Object as `namespace/Kind/name` → the regions that it goes to, sorted; none where nothing binds it. */
  readonly objects: Readonly<Record<string, Clusters>>;
  /** What no binding selects. */
  readonly unselected: readonly UnselectedEntry[];
  /** Bindings that select nothing. */
  readonly emptyBindings: readonly EmptyBinding[];
}

/** What a matrix is made from. */
export interface MatrixArgs {
  readonly bindings: readonly Binding[];
  readonly clusters: readonly BoundCluster[];
  readonly distribution: Distribution;
  /** Every object of the catalog, bound or not. */
  readonly built: readonly BuiltObject[];
}

/** Makes the matrix of a mesh. */
export function policyMatrix({ bindings, clusters, distribution, built }: MatrixArgs): PolicyMatrix {
  const { clustersOf, bindingsOf, effective } = distribution;
  const rows = built.map(({ object, source }) => [objectKey(object), clustersOf(source)] as const);
  return {
    clusters: clusters.map(({ name }) => name).toSorted(),
    objects: Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    unselected: unselected(built.filter(({ source }) => bindingsOf(source).length === 0)),
    emptyBindings: bindings
      .flatMap((binding): EmptyBinding[] => {
        const { name } = binding;
        return [
          ...(clustersOfBinding(binding, clusters).length === 0
            ? [{ binding: name, selects: "no cluster" as const }]
            : []),
          ...(effective.has(name) ? [] : [{ binding: name, selects: "no object" as const }]),
        ];
      })
      .toSorted((a, b) => (a.binding < b.binding ? -1 : 1)),
  };
}

function unselected(built: readonly BuiltObject[]): readonly UnselectedEntry[] {
  const entries = new Map<string, UnselectedEntry & { readonly objects: string[] }>();
  for (const { application, entry, object } of built) {
    const key = `${application} ${entry}`;
    const known = entries.get(key) ?? { application, entry, objects: [] };
    known.objects.push(objectKey(object));
    entries.set(key, known);
  }
  return [...entries.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => ({ ...entry, objects: entry.objects.toSorted() }));
}

/**
 * The matrix of a mesh whose regions are asked one by one: each column is what that region says of itself, so that
 * stack files that differ show.
 */
export function meshMatrix(regions: ReadonlyMap<string, PolicyMatrix>): PolicyMatrix {
  const matrices = [...regions.values()];
  const keys = new Set(matrices.flatMap(({ objects }) => Object.keys(objects)));
  const distinct = <T>(list: readonly T[]): readonly T[] => [
    ...new Map(list.map((item) => [JSON.stringify(item), item])).values(),
  ];
  const clusters = [...regions.keys()].toSorted();
  const rows = [...keys].toSorted().map((key) => {
    const here = clusters.filter((region) => regions.get(region)?.objects[key]?.includes(region));
    return [key, here] as const;
  });
  return {
    clusters,
    objects: Object.fromEntries(rows),
    unselected: distinct(matrices.flatMap(({ unselected: entries }) => entries)),
    emptyBindings: distinct(matrices.flatMap(({ emptyBindings }) => emptyBindings)),
  };
}

/** What is bound to nothing, a sentence each: nothing is wrong with it, and it does nothing. */
export function withoutEffect({ unselected: entries, emptyBindings }: PolicyMatrix): readonly string[] {
  return [
    ...emptyBindings.map(({ binding, selects }) =>
      selects === "no cluster"
        ? `binding ${binding} selects no cluster: no region of global-mesh:regions has such labels`
        : `binding ${binding} selects no object: nothing that the mesh runs has such a name or such labels`,
    ),
    ...entries.map(
      ({ application, entry, objects }) =>
        `no binding selects ${entry} of application ${application}, so no cluster gets ${objects.join(", ")}`,
    ),
  ];
}
