import { chmod, cp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, entryName, readEntry, withCacheLock, writeEntry } from "./cache";
import { familyPins, moduleFolder, requireGo } from "./go";
import { Progress } from "./progress";
import { ISTIO, ISTIO_HUB } from "./recipes";
import type { EnsureOptions } from "./types";

/** A folder with one folder per chart: base, istiod, gateway, cni. */
export interface Charts {
  readonly folder: string;
  readonly version: string;
}

/** Charts by their published name, with where the Istio module has them. */
const CHARTS = [
  { name: "base", path: "base", images: false },
  { name: "istiod", path: "istio-control/istio-discovery", images: true },
  { name: "gateway", path: "gateway", images: false },
  { name: "cni", path: "istio-cni", images: true },
] as const;

const MODULE = "istio.io/istio";

/**
 * Istio's Helm charts as its release would have them. They come out of the pinned Go module, where they call
 * themselves 1.0.0 and point at development images; the release process stamps them, and so does this.
 */
export async function ensureCharts(options: EnsureOptions = {}): Promise<Charts> {
  const env = options.env ?? process.env;
  const progress = new Progress("istio-charts", options.onProgress);
  progress.say("check", ISTIO);
  const cache = join(cacheFolder(env), "charts");
  const pins = await familyPins("istio");
  const entry = entryName("istio-charts", ISTIO, [ISTIO_HUB, JSON.stringify(CHARTS), ...pins]);
  const ready = (folder: string, from: string): Charts => {
    progress.say("ready", `${ISTIO} from ${from}`);
    return { folder, version: ISTIO };
  };
  const kept = await readEntry(cache, entry);
  if (kept !== undefined) return ready(kept, "the cache");
  return await withCacheLock(
    cache,
    async () => {
      const made = await readEntry(cache, entry);
      if (made !== undefined) return ready(made, "the cache");
      const context = { env, signal: options.signal, purpose: `The Istio charts ${ISTIO}` };
      await requireGo("istio", context);
      const module = await progress.during("download", `the Go module ${MODULE}`, () =>
        moduleFolder("istio", MODULE, context),
      );
      const folder = await writeEntry(cache, entry, (target) =>
        copyCharts(join(module, "manifests", "charts"), target),
      );
      return ready(folder, "the Go module");
    },
    { signal: options.signal, onWait: () => progress.say("check", "waiting for another process") },
  );
}

async function copyCharts(source: string, target: string): Promise<void> {
  for (const { name, path, images } of CHARTS) {
    const folder = join(target, name);
    await cp(join(source, path), folder, { recursive: true });
    await makeWritable(folder);
    await rewrite(join(folder, "Chart.yaml"), (text) => stampChart(text, ISTIO));
    if (images) {
      await rewrite(join(folder, "values.yaml"), (text) => stampImages(text, ISTIO_HUB, ISTIO));
    }
  }
}

/** Sets the version of a Chart.yaml. */
export function stampChart(text: string, version: string): string {
  return replaceOnce(
    replaceOnce(text, /^version: .*$/gm, `version: ${version}`),
    /^appVersion: .*$/gm,
    `appVersion: ${version}`,
  );
}

/** Sets the images that a values.yaml names by default. Empty ones are overrides and stay empty. */
export function stampImages(text: string, hub: string, tag: string): string {
  return replaceOnce(
    replaceOnce(text, /^( +)hub: (?!"")\S+$/gm, `$1hub: ${hub}`),
    /^( +)tag: (?!"")\S+$/gm,
    `$1tag: ${tag}`,
  );
}

/** A chart that is laid out otherwise must stop the run, not slip through unstamped. */
function replaceOnce(text: string, pattern: RegExp, replacement: string): string {
  const found = text.match(pattern)?.length ?? 0;
  if (found !== 1) {
    throw new Error(
      `The Istio charts are laid out otherwise than expected: ${found} times ${pattern.source}.`,
    );
  }
  return text.replace(pattern, replacement);
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, "utf8")));
}

/** Go's module cache is read-only, and so is a copy: nobody could ever remove it. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeWritable(path);
    else await chmod(path, 0o644);
  }
}
