import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Run } from "../../support/mocks";
import { globalStack, regionStack, runStack } from "../../support/stacks";

const FOLDER = path.resolve(__dirname, "..", "..", "golden");
const REGIONS = ["eastus", "westeurope", "southeastasia"];

/** Every region as the others read it after the second pass. */
function linkedMesh() {
  return {
    global: globalStack(REGIONS),
    ...Object.fromEntries(
      REGIONS.map((region, index) => [
        region,
        regionStack(
          region,
          index + 1,
          REGIONS.filter((other) => other !== region),
        ),
      ]),
    ),
  };
}

/**
 * A net, no proof: it shows what a change of the code changes in any stack. `UPDATE_GOLDEN=1` writes the
 * dumps anew; whoever does so reads the difference.
 */
function compare(name: string, run: Run): void {
  const file = path.join(FOLDER, `${name}.json`);
  const dump = `${JSON.stringify({ outputs: run.outputs, resources: run.registrations }, null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, dump);
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1`);
  assert.deepEqual(
    JSON.parse(dump),
    JSON.parse(readFileSync(file, "utf8")),
    `stack ${name} registers something else than tests/golden/${name}.json: if it should, UPDATE_GOLDEN=1`,
  );
}

describe("golden dump of all resources", () => {
  it("global", async () => compare("global", await runStack("global", {})));
  for (const region of REGIONS) {
    it(`${region}, linked`, async () => compare(region, await runStack(region, linkedMesh())));
  }
  it("eastus alone, its peers pending", async () =>
    compare("eastus-alone", await runStack("eastus", { global: globalStack(REGIONS) })));
});
