import type { Fields } from "../../arm";
import {
  diffInputs,
  isMap,
  sameValue,
  type DiffKind,
  type DiffResult,
  type Plain,
  type PlainMap,
} from "../wire";
import { CREATE_BEFORE_DELETE, unmarked } from "./inputs";
import { sdkFields } from "./shapes";
import type { Token } from "./tokens";

/** The difference of two inputs as azure-native sees it: inputs against inputs, never against outputs. */
export function diffOf(token: Token, oldInputs: PlainMap, news: PlainMap): DiffResult {
  const plain = diffInputs(visible(oldInputs, news), visible(news, oldInputs));
  const forcing = new Set(replacing(token));
  const replaces = new Set<string>();
  const detailed: Record<string, DiffKind> = {};
  for (const [path, kind] of Object.entries(plain.detailed ?? {})) {
    const forced = forces(forcing, path);
    if (forced) replaces.add(path.split(/[.[]/)[0] ?? path);
    detailed[path] = forced ? (`${kind}-replace` as DiffKind) : kind;
  }
  return {
    changed: Object.keys(detailed).length > 0,
    replaces: [...replaces],
    detailed,
    // Two resources of one name cannot stand side by side; those with made-up names can.
    deleteBeforeReplace: replaces.size > 0 && oldInputs[CREATE_BEFORE_DELETE] !== true,
  };
}

/** Without our own mark, and with two spellings of one location as one. */
function visible(inputs: PlainMap, other: PlainMap): PlainMap {
  const rest = unmarked(inputs);
  const [mine, theirs] = [rest["location"], other["location"]];
  const same = typeof mine === "string" && typeof theirs === "string" && normal(mine) === normal(theirs);
  return same ? { ...rest, location: normal(mine) } : rest;
}
const normal = (location: string): string => location.toLowerCase().replaceAll(" ", "");

/** Paths that force a replacement: what stands in the id, and what the type's table says. */
export function replacing(token: Token): string[] {
  return [...token.parameters, ...paths(sdkFields(token), "")];
}
function paths(fields: Fields, at: string): string[] {
  return Object.entries(fields).flatMap(([name, shape]) => {
    if (shape.readOnly) return [];
    if (shape.replaces) return [`${at}${name}`];
    if (shape.kind === "object") return paths(shape.fields, `${at}${name}.`);
    return [];
  });
}
function forces(forcing: ReadonlySet<string>, path: string): boolean {
  const parts = path.replace(/\[\d+\]/g, "").split(".");
  return parts.some((_, index) => forcing.has(parts.slice(0, index + 1).join(".")));
}

/**
 * Inputs after a refresh. Inputs cannot be read from Azure, and outputs are full of defaults that nobody asked
 * for: so what changed between the old and the new outputs is carried over to the inputs, and nothing else.
 */
export function refreshedInputs(inputs: PlainMap, before: PlainMap, after: PlainMap): PlainMap {
  const result: PlainMap = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (!(before[name] !== undefined && after[name] === undefined)) result[name] = value;
  }
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (sameValue(old, value)) continue;
    const current = inputs[name];
    result[name] = old === undefined || current === undefined ? value : refreshedValue(current, old, value);
  }
  return result;
}
function refreshedValue(current: Plain, old: Plain, now: Plain): Plain {
  if (isMap(current) && isMap(old) && isMap(now)) return refreshedInputs(current, old, now);
  if (Array.isArray(current) && Array.isArray(old) && Array.isArray(now)) {
    return now.map((item, index) => {
      const [mine, before] = [current[index], old[index]];
      return mine === undefined || before === undefined ? item : refreshedValue(mine, before, item);
    });
  }
  return now;
}
