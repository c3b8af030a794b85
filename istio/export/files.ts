import { stringify } from "yaml";
import { type ExportModel, type Manifest, manifestsOf, modelOf, type Placed } from "./manifest";

/** A file of an export. */
export interface ExportFile {
  /** From the folder of the export, with `/` between its parts. */
  readonly path: string;
  readonly text: string;
}

/** One object, or several, as YAML that kubectl and kustomize read as what it is. */
export function yaml(...values: readonly unknown[]): string {
  return values
    .map((value) =>
      // kubectl reads YAML 1.1, to which a plain `on` or `1:30` is no text; and aliases are hard to review.
      stringify(value, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 }),
    )
    .join("---\n");
}

/** All objects as a Kubernetes List, namespaces first. */
export function jsonList(model: ExportModel): string {
  const list = { apiVersion: "v1", kind: "List", items: manifestsOf(model) };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** All objects as YAML documents, namespaces first, each under a line with the clusters that it goes to. */
export function documents({ namespaces, objects }: ExportModel): string {
  return [...namespaces, ...objects]
    .map(({ key, manifest, clusters }) => `# ${key}: ${clusters.join(", ")}\n${yaml(manifest)}`)
    .join("---\n");
}

/**
 * A folder for each cluster that `kubectl apply -k` takes; namespaces come first.
 * @param models region → its model, of which its own part counts.
 */
export function tree(models: ReadonlyMap<string, ExportModel>): readonly ExportFile[] {
  return [...models].flatMap(([region, model]) =>
    clusterFolder(modelOf(model, region)).map(({ path, text }) => ({ path: `${region}/${path}`, text })),
  );
}

/** The files of one cluster: its namespaces, and a folder for each namespace that objects stand in. */
export function clusterFolder({ namespaces, objects }: ExportModel): readonly ExportFile[] {
  const folders = new Map<string, Placed[]>();
  for (const placed of objects) {
    const namespace = placed.manifest.metadata.namespace ?? "";
    const all = folders.get(namespace) ?? [];
    all.push(placed);
    folders.set(namespace, all);
  }
  const names = [...folders.keys()].toSorted();
  return [
    {
      path: "kustomization.yaml",
      text: kustomization([...(namespaces.length === 0 ? [] : ["namespaces.yaml"]), ...names]),
    },
    ...(namespaces.length === 0
      ? []
      : [{ path: "namespaces.yaml", text: yaml(...namespaces.map(({ manifest }) => manifest)) }]),
    ...names.flatMap((name) => {
      const files = (folders.get(name) ?? []).map(({ manifest }) => ({
        path: fileName(manifest),
        text: yaml(manifest),
      }));
      return [
        { path: `${name}/kustomization.yaml`, text: kustomization(files.map(({ path }) => path)) },
        ...files.map(({ path, text }) => ({ path: `${name}/${path}`, text })),
      ];
    }),
  ];
}

/** kustomize sorts by kind unless told to keep the order, and ours has namespaces first. */
function kustomization(resources: readonly string[]): string {
  return yaml({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources,
    sortOptions: { order: "fifo" },
  });
}

function fileName({ kind, metadata }: Manifest): string {
  return `${kind.toLowerCase()}-${metadata.name}.yaml`;
}
