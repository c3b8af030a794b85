import path from "node:path";

/** Where the Istio charts come from; the setting `charts`. */
export type ChartSource =
  | { readonly kind: "repository"; readonly url: string }
  | { readonly kind: "registry"; readonly url: string }
  | { readonly kind: "folder"; readonly path: string };

/** The charts that a mesh is made of. */
export type ChartName = "base" | "istiod" | "gateway";

/** The part of a Release that says which chart. */
export interface ChartReference {
  readonly chart: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/** Places of the charts in Istio's source tree, whose folders bear other names than the charts. */
const FOLDERS = {
  base: "base",
  istiod: path.join("istio-control", "istio-discovery"),
  gateway: "gateway",
} as const satisfies Record<ChartName, string>;

/**
 * Says to Helm where a chart is.
 * @param version of Istio; a folder holds one version only, and calls itself 1.0.0 where it was never released.
 * @param exists whether a folder exists, to tell a source tree from a folder of unpacked charts.
 */
export function chartReference(
  source: ChartSource,
  chart: ChartName,
  version: string,
  exists: (folder: string) => boolean,
): ChartReference {
  switch (source.kind) {
    case "repository":
      return { chart, version, repositoryOpts: { repo: source.url } };
    case "registry":
      return { chart: `${source.url.replace(/\/+$/, "")}/${chart}`, version };
    case "folder":
      return { chart: folderOf(source.path, chart, exists) };
  }
}

/** Absolute: the engine's plugins work in folders of their own. */
function folderOf(root: string, chart: ChartName, exists: (folder: string) => boolean): string {
  const candidates = [FOLDERS[chart], chart, path.join("gateways", chart)].map((folder) =>
    path.resolve(root, folder),
  );
  const found = candidates.find((folder) => exists(path.join(folder, "Chart.yaml")));
  if (found !== undefined) return found;
  throw new Error(
    `global-mesh:charts.folder: got "${root}", which has no chart ${chart}; looked for Chart.yaml in ` +
      `${[...new Set(candidates)].join(", ")}. Give the folder manifests/charts of Istio, or of unpacked charts`,
  );
}
