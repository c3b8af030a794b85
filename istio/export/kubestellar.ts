import type { Binding } from "../intent";
import { PART_OF } from "../model";
import type { ExportModel, Manifest, Placed } from "./manifest";
import { pluralOf } from "./plural";

/** A clause of a BindingPolicy: objects of one kind in one namespace, by name. */
interface DownsyncClause {
  readonly apiGroup: string;
  readonly resources: readonly [string];
  readonly namespaces?: readonly [string];
  readonly objectNames: readonly string[];
}

/**
 * The bindings as KubeStellar has them, one cluster-scoped BindingPolicy each. Each object is named: a clause by
 * label would select what others put beside ours, and one that matches everything is refused. What the bindings
 * select of clusters are the labels of its inventory, which have to be those of the regions table.
 */
export function bindingPolicies(model: ExportModel, bindings: readonly Binding[]): readonly Manifest[] {
  return bindings
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, clusters }) => {
      const selected = [...model.namespaces, ...model.objects].filter((placed) =>
        placed.bindings.includes(name),
      );
      if (selected.length === 0) return [];
      return [
        {
          apiVersion: "control.kubestellar.io/v1alpha1",
          kind: "BindingPolicy",
          metadata: { name, labels: { "app.kubernetes.io/part-of": PART_OF } },
          spec: { clusterSelectors: clusters, downsync: clausesOf(selected) },
        },
      ];
    });
}

function clausesOf(selected: readonly Placed[]): readonly DownsyncClause[] {
  const clauses = new Map<string, Omit<DownsyncClause, "objectNames"> & { readonly objectNames: string[] }>();
  for (const { manifest } of selected) {
    const { namespace, name } = manifest.metadata;
    const apiGroup = groupOf(manifest.apiVersion);
    const resource = pluralOf(manifest.kind);
    const key = JSON.stringify([namespace ?? "", apiGroup, resource]);
    const clause = clauses.get(key) ?? {
      apiGroup,
      resources: [resource] as const,
      ...(namespace === undefined ? {} : { namespaces: [namespace] as const }),
      objectNames: [],
    };
    clause.objectNames.push(name);
    clauses.set(key, clause);
  }
  return [...clauses.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, clause]) => ({ ...clause, objectNames: clause.objectNames.toSorted() }));
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}
