import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** The link that names the version in force. */
const DATA = "..data";

/**
 * Makes a folder hold exactly these files, all at once, as the kubelet does: the files live in a folder of
 * their own, the link `..data` points at it, and each entry is a link through `..data`. Who watches the folder
 * (istiod does, for its certificates) sees one change and never half of one. Files are private to the user,
 * whatever mode the volume asks for: they hold keys.
 *
 * @returns whether anything changed.
 */
export function writeAtomically(folder: string, files: ReadonlyMap<string, Buffer>): boolean {
  for (const path of files.keys()) checkPath(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const data = join(folder, DATA);
  if (existsSync(data) && isSame(data, files)) return false;

  const before = existsSync(data) ? readlinkSync(data) : undefined;
  const version = mkdtempSync(join(folder, "..version-"));
  for (const [path, contents] of files) {
    mkdirSync(dirname(join(version, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(version, path), contents, { mode: 0o600 });
  }
  const name = version.slice(folder.length + 1);
  symlinkSync(name, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), data);

  const entries = new Set([...files.keys()].map((path) => path.split("/")[0] ?? path));
  const present = readdirSync(folder).filter((entry) => !entry.startsWith(".."));
  for (const entry of entries)
    if (!present.includes(entry)) symlinkSync(join(DATA, entry), join(folder, entry));
  for (const entry of present) if (!entries.has(entry)) rmSync(join(folder, entry), { force: true });
  if (before !== undefined) rmSync(join(folder, before), { recursive: true, force: true });
  return true;
}

function isSame(data: string, files: ReadonlyMap<string, Buffer>): boolean {
  const present = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(data, path)).isFile(),
  );
  return (
    present.length === files.size &&
    present.every((path) => files.get(path)?.equals(readFileSync(join(data, path))) === true)
  );
}

function checkPath(path: string): void {
  const parts = path.split("/");
  if (path === "" || path.startsWith("/") || path.startsWith("..") || parts.includes(".."))
    throw new Error(`"${path}" is no path within a volume: it is absolute, empty or leads out of it.`);
}
