import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { isMap, LineCounter, parseAllDocuments } from "yaml";
import type { LintObject } from "../../istio/lint";
import { UsageError } from "../usage";

/** What stands for standard input among the files. */
export const STDIN = "-";

/** A YAML or JSON file whose text cannot be read. */
export class UnreadableFileError extends UsageError {}

/** The objects of files and folders; of a folder every .yaml, .yml and .json in it, sorted. */
export function readFiles(names: readonly string[], readInput: () => string): readonly LintObject[] {
  return names.flatMap((name) => {
    if (name === STDIN) return readObjects(readInput(), "standard input");
    return reading(name, () => filesIn(name)).flatMap((file) =>
      readObjects(
        reading(file, () => readFileSync(file, "utf8")),
        file,
      ),
    );
  });
}

/** What cannot be read is the caller's to mend: not of the exit code of a finding. */
function reading<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UnreadableFileError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function filesIn(name: string): readonly string[] {
  const stat = statSync(name, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${name}: there is no such file or folder.`);
  if (!stat.isDirectory()) return [name];
  const files = readdirSync(name, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    // The list of what belongs together is no object of a cluster.
    .filter((entry) => !/^kustomization\.ya?ml$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  if (files.length === 0)
    throw new UsageError(`${name}: there is no .yaml, .yml or .json file in this folder.`);
  return files;
}

/**
 * The objects of a text with any number of YAML documents, those of a List one by one.
 * @throws UnreadableFileError with file and line of the first fault.
 */
export function readObjects(text: string, file: string): readonly LintObject[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const error = document.errors.at(0);
    if (error !== undefined) {
      const { line } = counter.linePos(error.pos[0]);
      throw new UnreadableFileError(`${file}:${line}: ${error.message.split("\n")[0] ?? "is no YAML"}`);
    }
    const { contents } = document;
    if (!isMap(contents)) return [];
    const line = counter.linePos(contents.range[0]).line;
    const value = reading(`${file}:${line}`, () => document.toJS({ maxAliasCount: 100 }) as unknown);
    return objectsOf(value as Record<string, unknown>).map((object) => ({ file, line, object }));
  });
}

function objectsOf(object: Record<string, unknown>): readonly object[] {
  if (typeof object["kind"] !== "string") return [];
  if (!object["kind"].endsWith("List") || !Array.isArray(object["items"])) return [object];
  return object["items"].filter((item): item is object => typeof item === "object" && item !== null);
}
