import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { run } from "./run";
import type { Recipe } from "./recipes";
import type { ResolvedTool, ToolName } from "./types";
import { formatVersion, parseVersion, versionRule } from "./versions";

/** A program on PATH that will not do, and why. */
export interface Refusal {
  readonly tool: ToolName;
  readonly reason: string;
}

/** What PATH has of a recipe. */
export interface PathFinding {
  /** All tools of the recipe, or undefined when one is missing or refused. */
  readonly tools: readonly ResolvedTool[] | undefined;
  readonly refusals: readonly Refusal[];
}

/** A program that prints its version takes this long at most, on a loaded machine too. */
const VERSION_TIMEOUT_MS = 20_000;

/** Looks for the tools of a recipe on PATH and asks each for its version. */
export async function findOnPath(
  recipe: Recipe,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<PathFinding> {
  // The language host comes with the CLI, so the CLI decides for both.
  const tool = recipe.tools[0];
  if (tool === undefined || recipe.notOnPath === true) return { tools: undefined, refusals: [] };
  const refusals: Refusal[] = [];
  for (const path of executables(tool, env)) {
    const verdict = await judge(tool, path, env, signal);
    if (typeof verdict === "string") {
      refusals.push({ tool, reason: `${path}: ${verdict}` });
      continue;
    }
    const { version } = verdict;
    const others = recipe.tools.slice(1).map((name) => ({ name, path: beside(path, name) }));
    const missing = others.find((other) => other.path === undefined);
    if (missing !== undefined) {
      refusals.push({ tool, reason: `${path}: ${version} has no ${missing.name} beside it` });
      continue;
    }
    const tools = [{ name: tool, path }, ...others].flatMap(({ name, path: found }) =>
      found === undefined ? [] : [{ name, path: found, version, source: "path" as const }],
    );
    return { tools, refusals };
  }
  return { tools: undefined, refusals };
}

/** Every executable of that name on PATH, in its order. */
export function executables(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const found = folders.map((folder) => join(folder, name)).filter(isExecutable);
  // /bin is a link to /usr/bin on many systems: one program, one refusal.
  return [...new Map(found.toReversed().map((path) => [realpathSync(path), path])).values()].toReversed();
}

async function judge(
  tool: ToolName,
  path: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<{ version: string } | string> {
  const rule = versionRule(tool);
  try {
    const { code, stdout } = await run(path, rule.args, {
      // Asking for the version must not ask the vendor's server for a newer one.
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: VERSION_TIMEOUT_MS,
      signal,
    });
    const version = parseVersion(stdout);
    if (code !== 0 || version === undefined) return "does not say its version";
    return rule.accepts(version)
      ? { version: formatVersion(version) }
      : `is ${formatVersion(version)}, accepted is ${rule.wanted}`;
  } catch (error) {
    signal?.throwIfAborted();
    return `cannot be run: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A program in the folder of another one, or in the folder that the other's link leads to. */
function beside(path: string, name: string): string | undefined {
  return [dirname(path), dirname(realpathSync(path))].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
