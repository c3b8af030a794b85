import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/**
 * Folder with the charts' own values, which this repository does not carry: LINKERD_VALUES names it, else it is
 * looked for beside the repository. Each file is `<chart>.values.yaml`, as in linkerd/linkerd2.
 */
const FOLDER =
  process.env["LINKERD_VALUES"] ?? path.resolve(__dirname, "../../../../../shared/reference/data");

/** A file of the folder as YAML gives it; where it is absent the running test is skipped. */
export function chartFile(context: Mocha.Context, name: string): Readonly<Record<string, unknown>> {
  const file = path.join(FOLDER, name);
  return existsSync(file) ? (parse(readFileSync(file, "utf8"), { merge: true }) as never) : context.skip();
}
