import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Container } from "./types";

/** What the kubelet takes of a message: its last bytes. */
const LONGEST_MESSAGE = 4096;

/** Where a container leaves its last words, in the folder that stands for its root. */
export function terminationFile(root: string, { terminationMessagePath }: Container): string {
  return join(root, terminationMessagePath ?? "/dev/termination-log");
}

/** Makes the file, empty: it is there when a container starts. */
export function clearTerminationMessage(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, "", { mode: 0o600 });
}

/** The last words of a container; undefined where it left none. */
export function terminationMessage(file: string): string | undefined {
  const words = readOrEmpty(file);
  return words.length === 0 ? undefined : words.subarray(-LONGEST_MESSAGE).toString();
}

/** The pod's folder may be gone with the pod. */
function readOrEmpty(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
