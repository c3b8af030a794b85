import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, entryName, readEntry, withCacheLock, writeEntry } from "./cache";
import { familyPins, moduleFolder, requireGo } from "./go";
import { ISTIO } from "./recipes";
import type { EnsureOptions } from "./types";

const MODULE = "istio.io/istio";
const SOURCE = "tools/packaging/common/envoy_bootstrap.json";
const FILE = "envoy_bootstrap.json";

/** Istio's template of Envoy's first configuration, which its images carry, out of the pinned Go module. */
export async function ensureBootstrap(options: EnsureOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const cache = join(cacheFolder(env), "bootstrap");
  const entry = entryName("istio-bootstrap", ISTIO, [SOURCE, ...(await familyPins("istio"))]);
  const kept = await readEntry(cache, entry);
  if (kept !== undefined) return join(kept, FILE);
  const make = async (): Promise<string> => {
    const made = await readEntry(cache, entry);
    if (made !== undefined) return made;
    const context = { env, signal: options.signal, purpose: `Istio's bootstrap template ${ISTIO}` };
    await requireGo("istio", context);
    const module = await moduleFolder("istio", MODULE, context);
    return await writeEntry(cache, entry, async (folder) => {
      await copyFile(join(module, SOURCE), join(folder, FILE));
      // Files in the module cache are read-only, and so is a copy.
      await chmod(join(folder, FILE), 0o644);
    });
  };
  return join(await withCacheLock(cache, make, { signal: options.signal }), FILE);
}
