import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePlugins } from "../../../sandbox/plugins/install";

describe("bundles of the stand-ins", function () {
  this.timeout(900_000);

  let outDir: string;

  beforeEach(() => (outDir = mkdtempSync(join(tmpdir(), "global-mesh-bundles-"))));
  afterEach(() => rmSync(outDir, { recursive: true }));

  async function bundle(): Promise<{ file: string; made: number }> {
    const [made] = await bundlePlugins({ outDir, names: ["random"] });
    assert.ok(made);
    return { file: made.file, made: statSync(made.file).mtimeMs };
  }

  it("are made once, and again when a source has changed or the file is gone", async () => {
    const first = await bundle();
    assert.equal((await bundle()).made, first.made);
    const recipe = join(outDir, "random.inputs.json");
    const text = readFileSync(recipe, "utf8");
    assert.ok(text.includes("sandbox/plugins/wire/service.ts"));
    // Another hash of one source is what a changed source looks like.
    writeFileSync(recipe, text.replace(/("sandbox\/plugins\/random\/main\.ts":")[0-9a-f]/, "$1x"));
    const second = await bundle();
    assert.ok(second.made > first.made);
    rmSync(second.file);
    assert.ok((await bundle()).made > second.made);
  });

  it("may be made by two runs at once", async () => {
    const [one, two] = await Promise.all([bundle(), bundle()]);
    assert.equal(one.file, two.file);
    execFileSync(process.execPath, ["--check", one.file]);
  });
});
