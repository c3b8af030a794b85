import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { ExportFile } from "../../istio/export/files";
import { UsageError } from "../usage";

/** Lists the files that an export wrote, so that the next one knows which are its own. */
const MARKER = ".mesh-export.json";
/** Where files are written before they take their places. */
const STAGING = ".mesh-export.partial";

/** What writing an export changed. */
export interface WrittenExport {
  readonly folder: string;
  readonly files: number;
  /** Files of an earlier export that are no longer part of it. */
  readonly removed: readonly string[];
}

/** How an export is written. */
export interface WriteOptions {
  /** Whether files that no export wrote may stand in the folder, and be replaced where the names are the same. */
  readonly force?: boolean;
}

/**
 * Writes an export. Every file is written beside its place first, so that a full disk changes nothing; an end
 * between the renames leaves whole files, and the next run ends it.
 * @throws UsageError where something else stands in the folder.
 */
export function writeExport(
  folder: string,
  files: readonly ExportFile[],
  options: WriteOptions = {},
): WrittenExport {
  const before = ownFiles(folder);
  const paths = files.map((file) => file.path);
  if (options.force !== true) refuseForeign(folder, before, paths);

  const staging = path.join(folder, STAGING);
  rmSync(staging, { recursive: true, force: true });
  try {
    for (const { path: file, text } of files) write(path.join(staging, file), text);
    // Both lists, until the renames and removals are done: whatever of them stands is ours.
    write(path.join(folder, MARKER), marker([...new Set([...(before ?? []), ...paths])]));
    for (const file of paths) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      renameSync(path.join(staging, file), path.join(folder, file));
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const removed = (before ?? []).filter((file) => !paths.includes(file));
  for (const file of removed) remove(folder, file);
  write(path.join(folder, MARKER), marker(paths));
  return { folder, files: files.length, removed };
}

/** Files of the export that made the folder; undefined where none did. */
function ownFiles(folder: string): readonly string[] | undefined {
  const file = path.join(folder, MARKER);
  if (!existsSync(file)) return undefined;
  const { files } = JSON.parse(readFileSync(file, "utf8")) as { readonly files: readonly string[] };
  const inside = (name: string): boolean => !path.relative(folder, path.join(folder, name)).startsWith("..");
  return files.filter(inside);
}

function refuseForeign(
  folder: string,
  before: readonly string[] | undefined,
  paths: readonly string[],
): void {
  if (!existsSync(folder)) return;
  if (before === undefined) {
    const found = readdirSync(folder);
    if (found.length === 0) return;
    throw new UsageError(
      `${folder} holds ${found.toSorted()[0] ?? "something"}, and no export made it. ` +
        "Name an empty folder, or say --force to write beside what is there.",
    );
  }
  const own = new Set(before);
  const foreign = paths.find((file) => !own.has(file) && existsSync(path.join(folder, file)));
  if (foreign === undefined) return;
  throw new UsageError(
    `${path.join(folder, foreign)} is not of an export. Move it away, or say --force to replace it.`,
  );
}

function marker(files: readonly string[]): string {
  return `${JSON.stringify({ writtenBy: "mesh export", files: files.toSorted() }, null, 2)}\n`;
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, file);
}

function remove(folder: string, file: string): void {
  rmSync(path.join(folder, file), { force: true });
  let parent = path.dirname(file);
  while (
    parent !== "." &&
    existsSync(path.join(folder, parent)) &&
    readdirSync(path.join(folder, parent)).length === 0
  ) {
    rmdirSync(path.join(folder, parent));
    parent = path.dirname(parent);
  }
}
