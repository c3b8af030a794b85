import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSettings } from "../../../config/parse";
import { fileSettings } from "../../../config/project";
import type { Settings } from "../../../config/settings";
import { SettingsError } from "../../../config/faults";

export const ROOT = path.join(__dirname, "../../..");

/** A tracked file of the repository's root. */
export function tracked(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** What the engine delivers for a tracked stack, once the operator has said who may reach the API servers. */
export function delivered(stack: string): Readonly<Record<string, string>> {
  return {
    ...fileSettings(tracked("Pulumi.yaml")),
    "global-mesh:apiAccess": '{"authorizedRanges":["203.0.113.0/24"]}',
    ...fileSettings(tracked(`Pulumi.${stack}.yaml`)),
  };
}

export interface Variation {
  /** @default "eastus" */
  readonly stack?: string;
  /** Settings by short name; undefined takes one out. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Settings by full name. */
  readonly setFull?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly folder?: "charts" | "no-charts" | "missing";
}

/** Parses a tracked stack with some settings said differently. */
export function parseVariation(variation: Variation = {}): Settings {
  const stack = variation.stack ?? "eastus";
  const file = ["global", "eastus", "westeurope", "southeastasia"].includes(stack) ? stack : "eastus";
  const values = new Map(Object.entries(delivered(file)));
  if (file !== stack) values.delete("azure-native:location");
  for (const [key, value] of Object.entries(variation.set ?? {})) {
    if (value === undefined) values.delete(`global-mesh:${key}`);
    else values.set(`global-mesh:${key}`, typeof value === "string" ? value : JSON.stringify(value));
  }
  for (const [key, value] of Object.entries(variation.setFull ?? {})) values.set(key, value);
  return parseSettings({
    values: Object.fromEntries(values),
    secretKeys: variation.secretKeys ?? [],
    project: "global-mesh",
    stack,
    knownApplications: ["ai-agent", "cross-cluster-test", "myapp"],
    inspectChartFolder: () => variation.folder ?? "charts",
  });
}

/** The message that a variation is refused with. */
export function refusal(variation: Variation): string {
  try {
    parseVariation(variation);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("the settings were accepted");
}
