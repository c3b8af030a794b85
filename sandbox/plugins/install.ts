/** Puts plugins where the engine looks for them: stand-ins as bundles behind a start script, official ones linked. */
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle, PluginName } from "./bundle";
import { folderName, STAND_IN_MARK } from "./plan";
import type { PlannedPlugin } from "./plan";

export { bundlePlugins, bundleProgram, packageVersion, PLUGIN_NAMES } from "./bundle";
export type { Bundle, BundleOptions, PluginName } from "./bundle";
export { folderName, pluginPlan } from "./plan";
export type { PlannedPlugin, PlanOptions } from "./plan";

export interface InstallOptions {
  /** The sandbox's own PULUMI_HOME; never the user's. */
  readonly pulumiHome: string;
  readonly bundles: readonly Bundle[];
  /** What the stand-ins find in their environment, such as SANDBOX_LOG_DIR. */
  readonly env: Readonly<Record<string, string>>;
  /** @default every bundle is installed as a stand-in */
  readonly plan?: readonly PlannedPlugin[];
  /** @default the Node that runs this */
  readonly node?: string;
}

/** A plugin as it was installed. */
export interface InstalledPlugin {
  readonly name: PluginName;
  readonly version: string;
  readonly source: "official" | "stand-in";
  readonly folder: string;
}

/** Installs what the plan says, over what was there. */
export async function installPlugins(options: InstallOptions): Promise<InstalledPlugin[]> {
  const plan =
    options.plan ??
    options.bundles.map(({ name, version }): PlannedPlugin => ({ name, version, source: "stand-in" }));
  return Promise.all(plan.map((plugin) => install(plugin, options)));
}

async function install(plugin: PlannedPlugin, options: InstallOptions): Promise<InstalledPlugin> {
  const { name, version } = plugin;
  const folder = join(options.pulumiHome, "plugins", folderName(name, version));
  if (plugin.source === "official" && plugin.folder !== undefined) {
    if (plugin.folder !== folder) await link(plugin.folder, folder);
    return { name, version, source: "official", folder };
  }
  const bundle = options.bundles.find((candidate) => candidate.name === name);
  if (bundle === undefined) {
    throw new Error(`no bundle of the stand-in ${name} was given; bundle it with bundlePlugins first`);
  }
  await fresh(folder);
  await writeFile(join(folder, STAND_IN_MARK), "A stand-in plugin of the global-mesh sandbox.\n");
  const script = startScript(options.node ?? process.execPath, bundle.file, options.env);
  await writeFile(join(folder, `pulumi-resource-${name}`), script, { mode: 0o755 });
  return { name, version, source: "stand-in", folder };
}

/** A real folder of links: the engine passes over a plugin's folder that is itself a link. */
async function link(from: string, folder: string): Promise<void> {
  await fresh(folder);
  for (const entry of await readdir(from)) await symlink(join(from, entry), join(folder, entry));
}

async function fresh(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

/**
 * The executable that the engine starts. `exec` makes the plugin the engine's own child, so that it notices
 * the engine's death; NODE_OPTIONS is the program's, and would load its loader here.
 */
function startScript(node: string, bundle: string, env: InstallOptions["env"]): string {
  const exports = Object.entries(env).map(([name, value]) => {
    if (/^[A-Za-z_]\w*$/.test(name)) return `export ${name}=${quote(value)}`;
    throw new Error(`env: ${JSON.stringify(name)} is not a name that a shell exports`);
  });
  return [
    "#!/bin/sh",
    "unset NODE_OPTIONS",
    ...exports,
    `exec ${quote(node)} ${quote(bundle)} "$@"`,
    "",
  ].join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
