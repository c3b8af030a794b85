import { isMap, parseDocument, type YAMLMap } from "yaml";

/** Settings that the sandbox adds to a stack: full keys (`global-mesh:charts`) to plain values. */
export type Overlay = Readonly<Record<string, unknown>>;

/** What says how a stack file's secrets are encrypted: a sandbox has a passphrase of its own. */
const ENCRYPTION = ["encryptionsalt", "secretsprovider", "encryptedkey"];

const NOTE = " Added by the sandbox; everything above is the tracked stack file.";

/**
 * The text of a stack file with the overlay's settings added as one block at its end.
 * A setting that the tracked file has too is merged: objects key by key, null takes a key or the whole setting out,
 * anything else replaces. How the tracked file's secrets are encrypted is left out: nobody here could read them.
 *
 * @param tracked text of the tracked `Pulumi.<stack>.yaml`.
 * @param overlay settings of the sandbox for that stack.
 * @param defaults what the project file says of these settings: a stack file's value replaces it as a whole, so
 *   an overlay that only adds to it must carry it along.
 * @param keep entries outside `config` that Pulumi itself wrote into the generated file before
 *   (`encryptionsalt`): without them the secrets of an earlier run could not be read again.
 */
export function withOverlay(
  tracked: string,
  overlay: Overlay,
  defaults: Readonly<Record<string, unknown>> = {},
  keep: Readonly<Record<string, unknown>> = {},
): string {
  const document = parseDocument(tracked);
  if (document.errors.length > 0) throw new Error(`stack file: ${document.errors[0]?.message ?? "not YAML"}`);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  const config = document.get("config") as YAMLMap;
  const before = (document.toJS() as { config: Record<string, unknown> }).config;
  for (const [index, [key, value]] of Object.entries(overlay).entries()) {
    config.delete(key);
    if (value === null) continue;
    const pair = document.createPair(key, merge(before[key] ?? defaults[key] ?? {}, value));
    if (index === 0) (pair.key as { commentBefore?: string }).commentBefore = NOTE;
    config.items.push(pair);
  }
  for (const key of ENCRYPTION) document.delete(key);
  for (const [key, value] of Object.entries(keep)) {
    if (key !== "config" && !document.has(key)) document.set(key, value);
  }
  return document.toString({ lineWidth: 0 });
}

function merge(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = merge(base[key], value);
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
