import { existsSync, readFileSync, readdirSync, statSync, statfsSync } from "node:fs";
import path from "node:path";
import { shellWord } from "../shell-word";

/** A checkpoint that can be read. */
interface Checkpoint {
  readonly file: string;
  /** When the engine wrote it, ISO 8601. */
  readonly time: string;
  readonly resources: number;
}

/** A stack whose state file is no checkpoint of the engine, or is gone. */
export interface DamagedState {
  readonly stack: string;
  readonly file: string;
  readonly missing: boolean;
  readonly reason: string;
  /** The newest copy that can be read, of those that the engine keeps. */
  readonly backup?: Checkpoint;
}

/** The states of some stacks cannot be read; says where the newest copies are and how to take them back. */
export class DamagedStateError extends Error {
  override readonly name = "DamagedStateError";

  constructor(readonly states: readonly DamagedState[]) {
    super(
      [...states.map(describe), "Nothing was started or changed. See docs/recovery/state.md."].join("\n"),
    );
  }
}

/**
 * Looks whether the engine's state of every stack can be read, in a `file://` backend. The engine itself says
 * "unexpected end of JSON input" and names no file; an object without a checkpoint it takes for a stack without
 * resources, and one without its file is made anew by whoever selects it: either would bring everything up twice.
 *
 * @throws DamagedStateError naming each file, its newest sound copy and the command that takes it back.
 */
export function requireSoundStates(backend: string): void {
  const root = path.join(backend, ".pulumi");
  const projects = new Set([...entries(path.join(root, "stacks")), ...entries(path.join(root, "history"))]);
  const damaged = [...projects].flatMap((project) =>
    stacksOf(root, project).flatMap((stack) => damage(root, project, stack) ?? []),
  );
  if (damaged.length > 0) throw new DamagedStateError(damaged);
}

/** Stacks that have a state or a history. */
function stacksOf(root: string, project: string): string[] {
  const states = entries(path.join(root, "stacks", project)).filter((name) => name.endsWith(".json"));
  const named = states.map((name) => name.slice(0, -".json".length));
  return [...new Set([...named, ...entries(path.join(root, "history", project))])].toSorted();
}

/** Room for the states, and for the data and logs of the clusters until somebody looks again. */
const ROOM_MB = 256;

/**
 * Looks whether the disk of a folder has room, before the engine fills it: on a full one it leaves a state file that
 * is cut off, and the copy beside it too.
 */
export function requireRoom(folder: string, neededMb = ROOM_MB): void {
  const { bavail, bsize } = statfsSync(existing(folder));
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  if (freeMb >= neededMb) return;
  throw new Error(
    `The disk of ${folder} has ${freeMb} MB free; at least ${neededMb} MB are needed, because a full disk cuts the ` +
      "engine's state off. Free some, or name a folder on another disk with --home. Nothing was started or changed.",
  );
}

/**
 * What a state that could not be written may lack. The engine names no resource then, and a `file://` backend on a
 * full disk is left with a state file that is cut off (gocloud.dev renames what it could write).
 *
 * @param said errors of the engine.
 * @param made what the update made or began to make.
 */
export function unwritten(said: readonly string[], made: readonly string[]): string[] {
  if (!said.some((text) => text.includes("failed to save snapshot"))) return [];
  return [
    "The state could not be written: it may be cut off, and lack what this update made. docs/recovery/state.md says " +
      `how to go on. Made or begun by this update: ${made.join(", ") || "nothing"}.`,
  ];
}

function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(path.dirname(folder));
}

function damage(root: string, project: string, stack: string): DamagedState | undefined {
  const file = path.join(root, "stacks", project, `${stack}.json`);
  const text = read(file);
  // `pulumi stack rm` takes the history along; where one is left, nobody asked for the state to go.
  const missing = text === undefined;
  if (missing && entries(path.join(root, "history", project, stack)).length === 0) return undefined;
  const reason = missing ? "it is gone, though the stack has a history" : fault(text);
  if (reason === undefined) return undefined;
  const backup = newest(copies(root, project, stack));
  return { stack, file, missing, reason, ...(backup === undefined ? {} : { backup }) };
}

/** Why a text is no checkpoint, or undefined. */
function fault(text: string): string | undefined {
  if (text.trim() === "") return "it is empty";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `its ${text.length} characters are no JSON: it was cut off or written over`;
  }
  const checkpoint = part(value, "checkpoint");
  if (typeof part(value, "version") !== "number" || typeof part(checkpoint, "stack") !== "string") {
    return "it is JSON, but no checkpoint of Pulumi";
  }
  const resources = part(part(checkpoint, "latest"), "resources") ?? [];
  if (!Array.isArray(resources) || resources.some((resource) => typeof part(resource, "urn") !== "string")) {
    return "its list of resources is broken";
  }
  return undefined;
}

/** Every copy that the engine keeps of a state: of the write before, and after each update. */
function copies(root: string, project: string, stack: string): Checkpoint[] {
  const folders = ["backups", "history"].map((kind) => path.join(root, kind, project, stack));
  const files = folders.flatMap((folder) =>
    entries(folder)
      .filter((name) => name.endsWith(".json") && !name.endsWith(".history.json"))
      .map((name) => path.join(folder, name)),
  );
  return [path.join(root, "stacks", project, `${stack}.json.bak`), ...files].flatMap((file) => {
    const text = read(file);
    if (text === undefined || fault(text) !== undefined) return [];
    const latest = part(part(JSON.parse(text), "checkpoint"), "latest");
    const time = part(part(latest, "manifest"), "time");
    const resources = part(latest, "resources");
    return [
      {
        file,
        time: typeof time === "string" ? time : statSync(file).mtime.toISOString(),
        resources: Array.isArray(resources) ? resources.length : 0,
      },
    ];
  });
}

/** Of copies of one time the first: all copies of one write are alike. */
function newest(found: readonly Checkpoint[]): Checkpoint | undefined {
  return found.toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time))[0];
}

function describe({ stack, file, missing, reason, backup }: DamagedState): string {
  const lines = [`The state of stack ${stack} cannot be read: ${file}: ${reason}.`];
  if (backup === undefined) {
    return [...lines, "  No copy of it can be read either; restore the file from a backup of your own."].join(
      "\n",
    );
  }
  const keep = missing ? "" : `mv ${shellWord(file)} ${shellWord(`${file}.damaged`)} && `;
  return [
    ...lines,
    `  newest sound copy: ${backup.file}, written ${backup.time}, ${backup.resources} resources`,
    `  take it back with: ${keep}cp ${shellWord(backup.file)} ${shellWord(file)}`,
  ].join("\n");
}

function part(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function read(file: string): string | undefined {
  return absent(() => readFileSync(file, "utf8"));
}

function entries(folder: string): string[] {
  return absent(() => readdirSync(folder)) ?? [];
}

function absent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
