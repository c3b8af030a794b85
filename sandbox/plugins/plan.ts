import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { packageVersion, PLUGIN_NAMES } from "./bundle";
import type { PluginName } from "./bundle";

/** A file in a plugin's folder that says: this is a stand-in, whatever the folder's name. */
export const STAND_IN_MARK = "global-mesh-stand-in";

/** Which plugin serves a package. */
export interface PlannedPlugin {
  readonly name: PluginName;
  readonly version: string;
  readonly source: "official" | "stand-in";
  /** The official plugin's folder. */
  readonly folder?: string;
}

export interface PlanOptions {
  /** Folders that hold installed plugins, such as `~/.pulumi/plugins`, best first. */
  readonly searchDirs: readonly string[];
  /**
   * Gets an official plugin from its vendor and returns its folder; `undefined` when it could not. Whoever
   * passes one checks what it loads.
   * @default none: no source of checksums is at hand, and an unchecked program is not run
   */
  readonly download?: (name: PluginName, version: string) => Promise<string | undefined>;
}

/** The stand-in for Azure is the sandbox's Azure: the official plugin would speak to the real one. */
const ALWAYS_STAND_IN: ReadonlySet<PluginName> = new Set(["azure-native"]);

/**
 * Which plugins are official ones and which are stand-ins. Looked up before the engine starts, because an
 * absent plugin costs it ten seconds and a warning for each provider.
 */
export async function pluginPlan({ searchDirs, download }: PlanOptions): Promise<PlannedPlugin[]> {
  return Promise.all(
    PLUGIN_NAMES.map(async (name): Promise<PlannedPlugin> => {
      const version = await packageVersion(name);
      if (ALWAYS_STAND_IN.has(name)) return { name, version, source: "stand-in" };
      for (const dir of searchDirs) {
        const folder = join(dir, folderName(name, version));
        if (await isOfficial(folder, name)) return { name, version, source: "official", folder };
      }
      const folder = await download?.(name, version);
      return folder !== undefined && (await isOfficial(folder, name))
        ? { name, version, source: "official", folder }
        : { name, version, source: "stand-in" };
    }),
  );
}

/** The name of a plugin's folder, as the engine looks for it. */
export function folderName(name: PluginName, version: string): string {
  return `resource-${name}-v${version}`;
}

async function isOfficial(folder: string, name: PluginName): Promise<boolean> {
  const executable = join(folder, `pulumi-resource-${name}`);
  // The engine leaves this file beside a plugin whose installation was broken off.
  return (
    (await isExecutable(executable)) &&
    !(await exists(`${folder}.partial`)) &&
    !(await exists(join(folder, STAND_IN_MARK)))
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
