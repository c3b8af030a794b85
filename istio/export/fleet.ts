import type { Binding } from "../intent";
import { PART_OF } from "../model";
import { ExportError, type ExportModel, type Manifest, type Placed } from "./manifest";

/** How many selectors Fleet takes in one placement. */
const MOST_TERMS = 10;

/**
 * The bindings as Azure Kubernetes Fleet Manager has them: a ClusterResourcePlacement for each namespace, which
 * places everything in it. So all of a namespace must go to the same clusters.
 * @throws ExportError where a namespace is divided, or has more selectors than Fleet takes.
 */
export function placements(model: ExportModel, bindings: readonly Binding[]): readonly Manifest[] {
  const names = new Set([
    ...model.namespaces.map(({ manifest }) => manifest.metadata.name),
    ...model.objects.map(({ manifest }) => manifest.metadata.namespace ?? ""),
  ]);
  return [...names].toSorted().map((name) => {
    const inside = [...model.namespaces, ...model.objects].filter(
      ({ manifest: { metadata } }) => (metadata.namespace ?? metadata.name) === name,
    );
    whole(name, inside);
    return placement(name, selectorsOf(name, inside, bindings));
  });
}

function whole(namespace: string, inside: readonly Placed[]): void {
  const [first, ...others] = inside;
  const other = others.find(({ clusters }) => clusters.join() !== first?.clusters.join());
  if (first === undefined || other === undefined) return;
  throw new ExportError(
    `Fleet places a namespace with all that is in it, but of ${namespace} ${first.key} goes to ` +
      `${first.clusters.join(", ")} and ${other.key} to ${other.clusters.join(", ")}. ` +
      "Bind the whole namespace alike, or use --format kubestellar or yaml.",
  );
}

/** None where every cluster is selected. */
function selectorsOf(
  namespace: string,
  inside: readonly Placed[],
  bindings: readonly Binding[],
): readonly Binding["clusters"][number][] {
  const names = new Set(inside.flatMap((placed) => placed.bindings));
  const selectors = bindings
    .filter(({ name }) => names.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ clusters }) => clusters);
  // A term that is empty Fleet passes over; every cluster is what it takes where there is none.
  if (selectors.some(matchesAll)) return [];
  const distinct = [...new Map(selectors.map((selector) => [JSON.stringify(selector), selector])).values()];
  if (distinct.length <= MOST_TERMS) return distinct;
  throw new ExportError(
    `Fleet takes at most ${MOST_TERMS} selectors of clusters in a placement; ${distinct.length} select the ` +
      `namespace ${namespace}. Say them by fewer, with matchExpressions.`,
  );
}

function matchesAll({ matchLabels = {}, matchExpressions = [] }: Binding["clusters"][number]): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function placement(namespace: string, selectors: readonly Binding["clusters"][number][]): Manifest {
  const clusterSelectorTerms = selectors.map((labelSelector) => ({ labelSelector }));
  return {
    apiVersion: "placement.kubernetes-fleet.io/v1",
    kind: "ClusterResourcePlacement",
    metadata: { name: namespace, labels: { "app.kubernetes.io/part-of": PART_OF } },
    spec: {
      resourceSelectors: [{ group: "", version: "v1", kind: "Namespace", name: namespace }],
      policy: {
        placementType: "PickAll",
        ...(selectors.length === 0
          ? {}
          : {
              affinity: {
                clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms } },
              },
            }),
      },
    },
  };
}
