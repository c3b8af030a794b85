import { parse } from "yaml";

/** The text that the engine delivers for a value of a YAML file. */
export function deliveredText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The defaults of a project file, or the values of a stack file, as the engine delivers them to the program:
 * for whoever needs the settings without the engine.
 */
export function fileSettings(yaml: string): Readonly<Record<string, string>> {
  const file: unknown = parse(yaml);
  if (!isMapping(file) || !isMapping(file["config"])) return {};
  const settings = Object.entries(file["config"]).flatMap(([name, entry]): [string, string][] => {
    const value = isMapping(entry) && "default" in entry ? entry["default"] : entry;
    return value === undefined || value === null ? [] : [[name, deliveredText(value)]];
  });
  return Object.fromEntries(settings);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
