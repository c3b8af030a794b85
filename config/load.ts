import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";
import type { ChartFolder } from "./checks/context";
import { SettingsError } from "./faults";
import { parseSettings } from "./parse";
import { ROLLOUTS_FILE } from "./rollouts";
import type { Settings } from "./settings";

/** What the settings are held against besides themselves. */
export interface LoadSettingsArgs {
  /**
   * The program's folder, with `rollouts.yaml`. Only the program's first file knows it: the project that the engine
   * works in may be a generated one, and of the other files the loader makes one with the first.
   */
  readonly folder: string;
  /** Names of the applications that the catalog has. */
  readonly knownApplications: readonly string[];
}

/** Everything that a stack says. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** Kubeconfig of an existing cluster; set with `platform: existing` only, and always a secret. */
  readonly kubeconfig?: pulumi.Output<string>;
}

/**
 * Reads the settings of the stack that is being updated. Call it before any resource is made: it throws one
 * error with every fault, and then nothing has been changed yet.
 */
export function loadSettings(args: LoadSettingsArgs): LoadedSettings {
  const config = new pulumi.Config();
  const values = runtime.allConfig();
  const settings = parse(values, args);
  if (settings.role === "global" || settings.platform === "aks") return { settings };
  // Not from `values`: there it is plain text, and the engine must know it for a secret from the first use on.
  return { settings, kubeconfig: config.requireSecret("kubeconfig") };
}

function parse(values: Readonly<Record<string, string>>, args: LoadSettingsArgs): Settings {
  try {
    return parseSettings({
      values,
      secretKeys: Object.keys(values).filter(isSecret),
      project: pulumi.getProject(),
      stack: pulumi.getStack(),
      knownApplications: args.knownApplications,
      rollouts: readText(path.join(args.folder, ROLLOUTS_FILE)),
      inspectChartFolder,
    });
  } catch (error) {
    // The engine prints a RunError without the stack trace, which would bury the faults.
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** The SDK exports this function but keeps it out of its declarations. */
const { isConfigSecret } = runtime as unknown as { isConfigSecret: (key: string) => boolean };

function isSecret(key: string): boolean {
  return isConfigSecret(key);
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function inspectChartFolder(folder: string): ChartFolder {
  const absolute = path.resolve(folder);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) return "missing";
  return existsSync(path.join(absolute, "base", "Chart.yaml")) ? "charts" : "no-charts";
}
