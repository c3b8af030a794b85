import { lstatSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

/** The user's own folder for what all sandboxes of this machine must find: a short path, private to the user. */
export function userFolder(): string {
  // Not by TMPDIR, which differs between the runs that must see each other.
  const folder = join("/tmp", `global-mesh-${userInfo().uid}`);
  makeFolder(folder);
  // Everybody may write into the system's temporary folder: a folder that another user put there first could
  // hold links to our files.
  const found = lstatSync(folder);
  if (found.uid !== userInfo().uid || found.isSymbolicLink()) {
    throw new Error(`${folder} belongs to another user, or is a link: remove it.`);
  }
  return folder;
}

/** Makes a folder that only the user may enter. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
