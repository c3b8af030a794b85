import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { referenceFile } from "../../../support/reference";

/**
 * The values of a chart as YAML gives them, from `<chart>.values.yaml`, which is named as in linkerd/linkerd2; where the
 * file is absent the running test is skipped.
 */
export function chartFile(context: Mocha.Context, name: string): Readonly<Record<string, unknown>> {
  const file = referenceFile(name);
  return file === undefined ? context.skip() : (parse(readFileSync(file, "utf8"), { merge: true }) as never);
}
