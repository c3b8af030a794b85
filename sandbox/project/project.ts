import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, parseDocument } from "yaml";
import { withOverlay, type Overlay } from "./overlay";

/** Where the program is and where its generated project goes. */
export interface ProjectFolders {
  /** The folder with the tracked `Pulumi.yaml`, the stack files and `index.ts`. */
  readonly program: string;
  /** The generated project folder in the sandbox's home. */
  readonly generated: string;
}

/**
 * Writes the generated project: the tracked `Pulumi.yaml` with `main` pointing back to the unchanged
 * program, and every stack file with its overlay. Pulumi writes an `encryptionsalt` into the stack files
 * that it uses; doing so in a folder of our own keeps the tracked files untouched.
 *
 * @param overlays overlay by stack name; a stack without a tracked file is an error.
 */
export function writeProject(folders: ProjectFolders, overlays: Readonly<Record<string, Overlay>>): void {
  const project = parseDocument(readFileSync(path.join(folders.program, "Pulumi.yaml"), "utf8"));
  const main: unknown = project.get("main");
  project.set("main", path.resolve(folders.program, typeof main === "string" ? main : "index.ts"));
  writeIfChanged(path.join(folders.generated, "Pulumi.yaml"), project.toString({ lineWidth: 0 }));
  const defaults = projectDefaults(project.toJS() as { config?: Record<string, unknown> });
  for (const [stack, overlay] of Object.entries(overlays)) {
    const name = `Pulumi.${stack}.yaml`;
    const tracked = path.join(folders.program, name);
    if (!existsSync(tracked)) throw new Error(`stack ${stack}: there is no ${name} beside Pulumi.yaml`);
    const generated = path.join(folders.generated, name);
    writeIfChanged(
      generated,
      withOverlay(readFileSync(tracked, "utf8"), overlay, defaults, written(generated)),
    );
  }
}

/** Values and defaults of the project's settings, by full key. */
function projectDefaults(project: { config?: Record<string, unknown> }): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(project.config ?? {}).flatMap(([key, declared]) => {
      const { value, default: fallback } = declared as { value?: unknown; default?: unknown };
      return [[key, value ?? fallback]];
    }),
  );
}

/** What Pulumi wrote beside `config` into an earlier generated stack file. */
function written(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  const before = (parse(readFileSync(file, "utf8")) ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(before).filter(([key]) => key !== "config"));
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  writeFileSync(file, text, { mode: 0o600 });
}
