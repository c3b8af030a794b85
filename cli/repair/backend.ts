import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { at } from "./state";

/** Where the states of a program's stacks are, as far as a repair can look into it. */
export interface StateBackend {
  /** Folder of a `file://` backend; absent for one that keeps its locks elsewhere. */
  readonly folder?: string;
  /** Name of the project. A backend may be shared, and another project may have a stack of the same name. */
  readonly project?: string;
}

/**
 * The backend that the engine uses in a program's folder. Only the engine knows: the environment, `backend.url` in
 * `Pulumi.yaml` and `pulumi login` all say it, the first of them that does.
 */
export async function stateBackend(
  program: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<StateBackend> {
  const folder = folderOf(await whoami(program, env, signal), program);
  const project = projectName(program);
  return { ...(folder === undefined ? {} : { folder }), ...(project === undefined ? {} : { project }) };
}

/** The folder that a `file://` URL of the engine means; undefined for any other backend. */
export function folderOf(url: string, program: string, home: string = os.homedir()): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const text = decoded(url.slice("file://".length).replace(/[?#].*$/s, ""));
  return path.resolve(program, text.replace(/^~(?=\/|$)/, home));
}

/** A `%` that begins no code stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** The name in the project file of a folder or of the nearest one above it; undefined where none can be read. */
export function projectName(folder: string): string | undefined {
  for (const file of PROJECT_FILES) {
    const text = read(path.join(folder, file));
    if (text !== undefined) return nameIn(text);
  }
  const above = path.dirname(folder);
  return above === folder ? undefined : projectName(above);
}

/** JSON is YAML. */
function nameIn(text: string): string | undefined {
  try {
    const name = at(parse(text), "name");
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined; // the engine itself says what is wrong with it
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function whoami(cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  try {
    const args = ["whoami", "--json", "--non-interactive", "--color=never"];
    const { stdout } = await promisify(execFile)("pulumi", args, { cwd, env, signal });
    const url = at(JSON.parse(stdout), "url");
    return typeof url === "string" ? url : "";
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") {
      throw new Error("There is no pulumi on PATH, or no such folder: https://www.pulumi.com/docs/install", {
        cause: error,
      });
    }
    throw new Error(`pulumi whoami, which says where the state is, failed:\n${stderr ?? String(error)}`, {
      cause: error,
    });
  }
}
