import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The packages that the program uses, each with a stand-in in the folder of that name. */
export const PLUGIN_NAMES = ["kubernetes", "azure-native", "random", "tls"] as const;

export type PluginName = (typeof PLUGIN_NAMES)[number];

/** A stand-in as one file that Node runs without the repository. */
export interface Bundle {
  readonly name: PluginName;
  /** The version of the npm package: the engine takes a plugin of that version only. */
  readonly version: string;
  /** Absolute path of the file. */
  readonly file: string;
}

export interface BundleOptions {
  /** Where the files go; kept between runs, it saves the bundling. */
  readonly outDir: string;
  /** @default all four */
  readonly names?: readonly PluginName[];
}

/** What a bundle was made of, beside it: path to hash. */
interface Recipe {
  readonly esbuild: string;
  /** Hash of the bundle itself: of two runs at once, one may write the bundle and the other the recipe. */
  readonly bundle: string;
  readonly inputs: Readonly<Record<string, string>>;
}

const ROOT = resolve(__dirname, "..", "..");

/** Bundles the stand-ins, each into one file; one whose sources have not changed is taken as it is. */
export async function bundlePlugins({ outDir, names = PLUGIN_NAMES }: BundleOptions): Promise<Bundle[]> {
  await mkdir(outDir, { recursive: true });
  return Promise.all(names.map((name) => bundle(name, resolve(outDir))));
}

/** The version of the installed npm package `@pulumi/<name>`. */
export async function packageVersion(name: PluginName): Promise<string> {
  return installedVersion(`@pulumi/${name}`);
}

async function installedVersion(packageName: string): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(require.resolve(`${packageName}/package.json`), "utf8"),
  );
  return (manifest as { readonly version: string }).version;
}

async function bundle(name: PluginName, outDir: string): Promise<Bundle> {
  const entry = join("sandbox", "plugins", name, "main.ts");
  const file = await bundleProgram({ name, entry, outDir });
  return { name, version: await packageVersion(name), file };
}

/** A program of the sandbox to make one file of. */
export interface ProgramSource {
  /** Name of the file, without its ending. */
  readonly name: string;
  /** Where it begins, from the repository's folder. */
  readonly entry: string;
  readonly outDir: string;
}

/** Bundles a program into one file, and returns its path; one whose sources have not changed is taken as it is. */
export async function bundleProgram({ name, entry, outDir }: ProgramSource): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const file = join(resolve(outDir), `${name}.cjs`);
  const recipeFile = join(resolve(outDir), `${name}.inputs.json`);
  // Loading esbuild costs more than the hashes that usually spare it.
  const esbuildVersion = await installedVersion("esbuild");
  if (await isFresh(file, recipeFile, esbuildVersion)) return file;

  const esbuild = await import("esbuild");
  // A name of its own until it is whole: several runs may bundle into the same folder at once.
  const draft = `${file}.${randomUUID()}`;
  const { metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: draft,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    metafile: true,
    logLevel: "silent",
  });
  const inputs: Record<string, string> = {};
  for (const path of Object.keys(metafile.inputs).toSorted()) inputs[path] = await hash(join(ROOT, path));
  const recipe: Recipe = { esbuild: esbuildVersion, bundle: await hash(draft), inputs };
  await writeFile(`${draft}.json`, JSON.stringify(recipe));
  await rename(draft, file);
  await rename(`${draft}.json`, recipeFile);
  return file;
}

async function isFresh(file: string, recipeFile: string, esbuildVersion: string): Promise<boolean> {
  try {
    const recipe = JSON.parse(await readFile(recipeFile, "utf8")) as Recipe;
    if (recipe.esbuild !== esbuildVersion || recipe.bundle !== (await hash(file))) return false;
    const hashes = Object.entries(recipe.inputs).map(
      async ([path, expected]) => (await hash(join(ROOT, path))) === expected,
    );
    return (await Promise.all(hashes)).every(Boolean);
  } catch {
    // No bundle, no recipe, or a source that is no longer there: make it.
    return false;
  }
}

async function hash(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
