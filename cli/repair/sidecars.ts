import { readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Repair } from "./finding";

/**
 * Files beside the state files of a `file://` backend that a kill has cut off. The engine's library writes each state
 * whole or not at all, but the file with its content type and checksum beside it (`.json.attrs`) in place: killed
 * between the two writes of that, the engine calls the sound state "failed to load checkpoint: EOF" for ever. Without
 * the file it asks for none.
 */
export function findTornSidecars(
  backend: string | undefined,
  stack: string,
  project?: string,
): readonly Repair[] {
  return tornSidecars(backend, stack, project).map((file) => ({
    finding: {
      kind: "torn-attributes",
      what: path.basename(file),
      cause: `${file} is cut off: pulumi was ended while writing it, and reads no state beside it ("EOF")`,
      fix: "remove it: the state itself is whole, and the file is not needed",
    },
    mend: () => {
      rmSync(file, { force: true });
      return Promise.resolve("removed; the state beside it can be read again");
    },
  }));
}

/** Their paths; another stack, or one of that name in another project, may be written to just now. A backend that is no folder has none. */
export function tornSidecars(backend: string | undefined, stack: string, project?: string): string[] {
  if (backend === undefined) return [];
  const folder = path.join(backend, ".pulumi");
  const name = stack.split("/").at(-1) ?? stack;
  return files(folder)
    .filter((file) => file.endsWith(".attrs"))
    .filter((file) => file.includes(`/${name}/`) || path.basename(file).startsWith(`${name}.`))
    .filter((file) => project === undefined || path.relative(folder, file).split(path.sep).includes(project))
    .filter((file) => isTorn(file));
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isTorn(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return false;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
