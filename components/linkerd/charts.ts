import path from "node:path";
import type { LinkerdChart } from "../../linkerd/values";
import type { ChartReference, ChartSource } from "../mesh/chart";

/** Names of the charts, which are those of their folders once unpacked. */
export const CHARTS = {
  crds: "linkerd-crds",
  controlPlane: "linkerd-control-plane",
  viz: "linkerd-viz",
} as const satisfies Record<LinkerdChart, string>;

/**
 * Says to Helm where a chart of Linkerd is.
 * @param exists whether a file exists.
 */
export function linkerdChart(
  source: ChartSource,
  chart: LinkerdChart,
  version: string,
  exists: (file: string) => boolean,
): ChartReference {
  const name = CHARTS[chart];
  switch (source.kind) {
    case "repository":
      return { chart: name, version, repositoryOpts: { repo: source.url } };
    case "registry":
      return { chart: `${source.url.replace(/\/+$/, "")}/${name}`, version };
    case "folder": {
      // Absolute: the engine's plugins work in folders of their own.
      const folder = path.resolve(source.path, name);
      if (exists(path.join(folder, "Chart.yaml"))) return { chart: folder };
      throw new Error(
        `global-mesh:linkerd.charts.folder: got "${source.path}", which has no ${name}/Chart.yaml; looked in ${folder}. ` +
          `Unpack the chart there: helm pull ${name} --repo https://helm.linkerd.io/edge --version ${version} --untar`,
      );
    }
  }
}
