import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { checkBetween } from "../../config/checks/between";
import { SettingsError } from "../../config/faults";
import { parseSettings } from "../../config/parse";
import { mergeSettings } from "../../config/project";
import { ROLLOUTS_FILE } from "../../config/rollouts";
import type { RegionSettings } from "../../config/settings";
import { chooseApplications, type Catalog } from "../../istio/choose";
import type { CompiledCatalog, CompiledMesh, MeshContext } from "../../istio/compile";
import { compileAll, regionContext, regionPart } from "../../istio/region";
import { compileMeshForLinkerd } from "../../linkerd/compile";
import { UsageError } from "../usage";

/** A region as its stack file and the catalog say it. */
export interface ProjectRegion {
  /** Name of the region, which is also that of its stack. */
  readonly name: string;
  readonly settings: RegionSettings;
  /** The mesh as the catalog is compiled for this region. */
  readonly context: MeshContext;
  /** The whole mesh as this region's settings say it. */
  readonly mesh: CompiledMesh;
  /** What the region applies: namespaces, objects, and the entry of each object. */
  readonly compiled: CompiledCatalog;
}

/** All regions of a project, read from its files: no engine, no cluster, no other stack is asked. */
export interface Project {
  /** Folder with `Pulumi.yaml`. */
  readonly folder: string;
  readonly name: string;
  readonly catalog: Catalog;
  /** Sorted by name. */
  readonly regions: readonly ProjectRegion[];
}

/** What a project is loaded from. */
export interface LoadProjectArgs {
  /** Folder with `Pulumi.yaml`. @default the current folder */
  readonly program?: string;
  readonly catalog: Catalog;
  /** Settings of every region, by full key, in place of what the files say. @default none */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What decides where settings stand; the engine has the whole schema. */
interface ProjectFile {
  readonly name: string;
  /** Folder of the stack files, from the project file's. */
  readonly stackConfigDir?: string;
  readonly config?: Readonly<Record<string, { readonly default?: unknown } | undefined>>;
}

/**
 * Reads the settings of all regions as the engine would merge them, and compiles the catalog for each.
 * @throws SettingsError or CatalogError, with every fault of the first region that has any.
 */
export function loadProject({ program = ".", catalog, settings: over = {} }: LoadProjectArgs): Project {
  const { project, regions } = projectSettings(program, catalog, over);
  const meshes = new Map<string, CompiledMesh>();
  return {
    folder: path.resolve(program),
    name: project,
    catalog,
    regions: regions.map((settings) => {
      const context = regionContext(settings);
      const { applications, meshKind } = settings;
      const said = JSON.stringify([meshKind, applications, { ...context, region: "", clusterLabels: {} }]);
      // Regions whose settings say the same have the same mesh.
      const mesh = meshes.get(said) ?? meshOf(settings, catalog);
      meshes.set(said, mesh);
      const { stack: name } = settings;
      return { name, settings, context, mesh, compiled: regionPart(mesh, settings) };
    }),
  };
}

function meshOf(settings: RegionSettings, catalog: Catalog): CompiledMesh {
  if (settings.meshKind === "istio") return compileAll(settings, catalog);
  const chosen = chooseApplications(catalog, settings.applications, settings.rollouts);
  return compileMeshForLinkerd(chosen.applications, chosen.bindings, regionContext(settings));
}

/** The settings of every region of a project. */
function projectSettings(
  program: string,
  catalog: Catalog,
  over: Readonly<Record<string, unknown>>,
): { readonly project: string; readonly regions: readonly RegionSettings[] } {
  const folder = path.resolve(program);
  const file = path.join(folder, "Pulumi.yaml");
  if (!existsSync(file))
    throw new UsageError(`${file} does not exist; name the program's folder with --program.`);
  const text = readFileSync(file, "utf8");
  const rollouts = readText(path.join(folder, ROLLOUTS_FILE));
  const { name, stackConfigDir = ".", config = {} } = parse(text) as ProjectFile;
  const stackFolder = path.resolve(folder, stackConfigDir);
  const knownApplications = catalog.applications.map((application) => application.name);
  const texts = Object.fromEntries(
    Object.entries(over).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const regions = regionNames(config, name, file).map((stack) => {
    const said = mergeSettings(text, readText(path.join(stackFolder, `Pulumi.${stack}.yaml`)) ?? "");
    const values = { ...said.values, ...texts };
    const input = { ...said, values, project: name, stack, knownApplications, rollouts, offline: true };
    const settings = parseSettings(input);
    if (settings.role !== "region") throw new Error(`stack ${stack} is no region`);
    return settings;
  });
  for (const settings of regions) {
    const faults = checkBetween(name, settings, regions);
    if (faults.length > 0) throw new SettingsError(settings.stack, faults);
  }
  return { project: name, regions };
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** The stacks are those of the project's own table; a stack file that has another one is refused by the settings. */
function regionNames(
  config: NonNullable<ProjectFile["config"]>,
  name: string,
  file: string,
): readonly string[] {
  const table = config[`${name}:regions`]?.default;
  if (typeof table !== "object" || table === null || Object.keys(table).length === 0) {
    throw new Error(
      `${file}: config "${name}:regions" has no default; it must be a table with a region each.`,
    );
  }
  return Object.keys(table).toSorted();
}
