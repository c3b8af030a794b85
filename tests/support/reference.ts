import { existsSync } from "node:fs";
import path from "node:path";

/**
 * CRDs and values of other systems, which the repository does not carry: the folder `REFERENCE_DATA` names, or the
 * one beside the repository.
 */
const FOLDER = process.env["REFERENCE_DATA"] ?? path.resolve(__dirname, "../../../shared/reference/data");

/** A file of it; undefined where it is absent, and then the test that needs it skips itself. */
export function referenceFile(name: string): string | undefined {
  const file = path.join(FOLDER, name);
  return existsSync(file) ? file : undefined;
}
