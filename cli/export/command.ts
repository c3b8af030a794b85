import type { Binding } from "../../istio/intent";
import type { ExportFile } from "../../istio/export/files";
import { clusterFolder, documents, jsonList, tree, yaml } from "../../istio/export/files";
import { placements } from "../../istio/export/fleet";
import { bindingPolicies } from "../../istio/export/kubestellar";
import type { ExportModel } from "../../istio/export/manifest";
import { exportModel, mergeModels, modelOf } from "../../istio/export/manifest";
import { regionOf } from "../../topology";
import type { Project } from "../project/load";
import { UsageError } from "../usage";

/** What `mesh export` can write. */
export const EXPORT_FORMATS = ["yaml", "list", "kubestellar", "fleet"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is to be exported. */
export interface ExportArgs {
  readonly format: ExportFormat;
  /** Only what goes to this region. @default all regions */
  readonly region?: string;
}

/** The export as one text, for standard output. */
export function exportText(project: Project, args: ExportArgs): string {
  const models = modelsOf(project, args);
  switch (args.format) {
    case "yaml":
      return documents(mergeModels(models));
    case "list":
      return jsonList(mergeModels(models));
    case "kubestellar":
      return yaml(...bindingPolicies(mergeModels(models), bindingsOf(project)));
    case "fleet":
      return yaml(...placements(mergeModels(models), bindingsOf(project)));
  }
}

/** The export as files, from the folder that they are written to. */
export function exportFiles(project: Project, args: ExportArgs): readonly ExportFile[] {
  const models = modelsOf(project, args);
  switch (args.format) {
    case "yaml":
      return tree(models);
    case "list":
      return [{ path: "list.json", text: jsonList(mergeModels(models)) }];
    case "kubestellar":
      return [
        { path: "bindingpolicies.yaml", text: exportText(project, args) },
        ...workload(mergeModels(models)),
      ];
    case "fleet":
      return [{ path: "placements.yaml", text: exportText(project, args) }, ...workload(mergeModels(models))];
  }
}

/** Region → its model. */
function modelsOf({ regions }: Project, { region, format }: ExportArgs): ReadonlyMap<string, ExportModel> {
  const byLabels = format === "kubestellar" || format === "fleet";
  if (byLabels && regions.some(({ settings }) => settings.mesh.topology === "primary-remote")) {
    throw new UsageError(
      `--format ${format} does not go with the topology primary-remote: objects for a remote stand in its primary, ` +
        "which no selector of clusters by label says. Use yaml or list.",
    );
  }
  const modelOfRegion = ({ mesh, settings }: Project["regions"][number]): ExportModel =>
    exportModel(mesh, (name) => regionOf(settings.mesh, name).controlPlane);
  if (region === undefined) return new Map(regions.map((one) => [one.name, modelOfRegion(one)]));
  if (byLabels) {
    throw new UsageError(`--region does not go with --format ${format}, which says itself what goes where.`);
  }
  const found = regions.find(({ name }) => name === region);
  if (found === undefined) {
    const known = regions.map(({ name }) => name).join(", ");
    throw new UsageError(`--region ${region} is no region of the mesh; its regions: ${known}.`);
  }
  return new Map([[region, modelOf(modelOfRegion(found), region)]]);
}

/** What lies in the space or hub from which the other system takes it. */
function workload(model: ExportModel): readonly ExportFile[] {
  return clusterFolder(model).map(({ path, text }) => ({ path: `workload/${path}`, text }));
}

/** The bindings of the catalog; those that select nothing of the model are left out where they are written. */
function bindingsOf({ catalog }: Project): readonly Binding[] {
  return catalog.bindings;
}
