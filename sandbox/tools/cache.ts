import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLock } from "../processes";

/** What is kept about a file of an entry. */
interface CachedFile {
  readonly size: number;
  readonly sha256: string;
  readonly mtimeMs: number;
}

interface Manifest {
  readonly files: Readonly<Record<string, CachedFile>>;
}

const MANIFEST = "entry.json";
const PARTIAL = ".partial-";

/** The per-user cache: a second checkout builds nothing. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const own = env["GLOBAL_MESH_CACHE"];
  if (own !== undefined && own !== "") return resolve(own);
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "global-mesh");
  return join(env["HOME"] ?? homedir(), ".cache", "global-mesh");
}

/** Name of an entry: the version for people, and a digest of everything that decides the content. */
export function entryName(name: string, version: string, parts: readonly string[]): string {
  const hash = createHash("sha256");
  // Lengths keep ["ab", "c"] and ["a", "bc"] apart.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return `${name}-${version}-${hash.digest("hex").slice(0, 16)}`;
}

/**
 * The folder of a whole entry, or undefined. A file of another size counts as broken; one with another time of
 * change is read, and counts as whole when its checksum is right.
 */
export async function readEntry(cache: string, entry: string): Promise<string | undefined> {
  const folder = join(cache, entry);
  const manifest = await readManifest(folder);
  if (manifest === undefined) return undefined;
  for (const [name, kept] of Object.entries(manifest.files)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile() !== true || found.size !== kept.size) return undefined;
    if (found.mtimeMs !== kept.mtimeMs && (await sha256Of(join(folder, name))) !== kept.sha256) {
      return undefined;
    }
  }
  return folder;
}

/** Fills an entry: `fill` puts files into an empty folder, which takes the entry's place in one step. */
export async function writeEntry(
  cache: string,
  entry: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, PARTIAL));
  try {
    await fill(partial);
    const files: Record<string, CachedFile> = {};
    for (const name of await filesBelow(partial)) {
      const { size, mtimeMs } = await stat(join(partial, name));
      files[name] = { size, mtimeMs, sha256: await sha256Of(join(partial, name)) };
    }
    await writeFile(
      join(partial, MANIFEST),
      `${JSON.stringify({ files } satisfies Manifest, undefined, 1)}\n`,
    );
    const folder = join(cache, entry);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return folder;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Runs one fill at a time over all processes of the user: two Go builds at once are slower than one after the
 * other, and both would build the same. What killed fills left is removed first.
 */
export async function withCacheLock<T>(
  cache: string,
  body: () => Promise<T>,
  options: { signal?: AbortSignal | undefined; onWait?: () => void },
): Promise<T> {
  await mkdir(cache, { recursive: true });
  const { signal, onWait } = options;
  return await withLock(
    `cache ${cache}`,
    async () => {
      for (const name of await readdir(cache)) {
        if (name.startsWith(PARTIAL)) await rm(join(cache, name), { recursive: true, force: true });
      }
      return await body();
    },
    { ...(signal === undefined ? {} : { signal }), ...(onWait === undefined ? {} : { onWait }) },
  );
}

/** Checksum of a file. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, MANIFEST), "utf8")) as Partial<Manifest> | null;
    const files = value?.files;
    return typeof files === "object" && Object.keys(files).length > 0 ? { files } : undefined;
  } catch {
    return undefined; // a missing or torn manifest: the entry is not whole
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
