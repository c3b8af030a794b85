import { parse } from "yaml";

/** Settings of one file, as the engine delivers them. */
export interface FileSettings {
  /** Every setting as text, under its full name. */
  readonly values: Readonly<Record<string, string>>;
  /** Full names of the settings that are stored as secrets; their values are not what stands in the file. */
  readonly secretKeys: readonly string[];
}

/** The text that the engine delivers for a value of a YAML file. */
export function deliveredText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The defaults of a project file, as the engine delivers them to the program: for whoever needs the settings
 * without the engine.
 */
export function fileSettings(yaml: string): Readonly<Record<string, string>> {
  return texts(configOf(yaml), (entry) =>
    isMapping(entry) && "default" in entry ? entry["default"] : entry,
  );
}

/** The values of a stack file, and which of them only the engine can read. */
export function stackSettings(yaml: string): FileSettings {
  const entries = configOf(yaml);
  return {
    values: texts(entries, (entry) => entry),
    secretKeys: Object.keys(entries).filter((key) => isEncrypted(entries[key])),
  };
}

/** The settings of a stack: what its file says replaces what the project's does, each as a whole. */
export function mergeSettings(project: string, stack: string): FileSettings {
  const { values, secretKeys } = stackSettings(stack);
  return { values: { ...fileSettings(project), ...values }, secretKeys };
}

function configOf(yaml: string): Readonly<Record<string, unknown>> {
  const file: unknown = parse(yaml);
  return isMapping(file) && isMapping(file["config"]) ? file["config"] : {};
}

function texts(
  entries: Readonly<Record<string, unknown>>,
  valueOf: (entry: unknown) => unknown,
): Readonly<Record<string, string>> {
  const settings = Object.entries(entries).flatMap(([name, entry]): [string, string][] => {
    const value = valueOf(entry);
    return value === undefined || value === null ? [] : [[name, deliveredText(value)]];
  });
  return Object.fromEntries(settings);
}

/** The engine takes a setting for a secret when any part of it is encrypted. */
function isEncrypted(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isEncrypted);
  if (!isMapping(value)) return false;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "secure" && typeof value["secure"] === "string") return true;
  return Object.values(value).some(isEncrypted);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
