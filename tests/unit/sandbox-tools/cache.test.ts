import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, entryName, readEntry, withCacheLock, writeEntry } from "../../../sandbox/tools/cache";

describe("tools: cache", () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "cache-"));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const fill = async (folder: string): Promise<void> => {
    mkdirSync(join(folder, "charts"));
    await writeFile(join(folder, "helm"), "program");
    await writeFile(join(folder, "charts", "Chart.yaml"), "name: base");
  };

  it("is where the user says, else where XDG says, else in the home folder", () => {
    assert.equal(cacheFolder({ GLOBAL_MESH_CACHE: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" }), "/c");
    assert.equal(cacheFolder({ GLOBAL_MESH_CACHE: "", XDG_CACHE_HOME: "/x", HOME: "/h" }), "/x/global-mesh");
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "relative", HOME: "/h" }), "/h/.cache/global-mesh");
  });

  it("has another entry for each thing that decides the content", () => {
    const names = [["ab", "c"], ["a", "bc"], ["abc"], ["ab", "c", ""]].map((parts) =>
      entryName("helm", "3.20.2", parts),
    );
    assert.equal(new Set(names).size, 4);
    assert.match(names[0] ?? "", /^helm-3\.20\.2-[0-9a-f]{16}$/);
    assert.equal(entryName("helm", "3.20.2", ["ab", "c"]), names[0]);
  });

  it("finds a whole entry again", async () => {
    assert.equal(await readEntry(cache, "e"), undefined);
    const folder = await writeEntry(cache, "e", fill);
    assert.equal(folder, join(cache, "e"));
    assert.equal(await readEntry(cache, "e"), folder);
  });

  it("takes an entry with a file too short, missing, changed or without its list for broken", async () => {
    const broken: readonly ((folder: string) => void)[] = [
      (folder) => appendFileSync(join(folder, "helm"), "x"),
      (folder) => rmSync(join(folder, "charts", "Chart.yaml")),
      (folder) => writeFileSync(join(folder, "helm"), "PROGRAM"),
      (folder) => rmSync(join(folder, "entry.json")),
      (folder) => writeFileSync(join(folder, "entry.json"), '{"files":{'),
      (folder) => writeFileSync(join(folder, "entry.json"), '{"files":{}}'),
    ];
    for (const [index, damage] of broken.entries()) {
      damage(await writeEntry(cache, "e", fill));
      assert.equal(await readEntry(cache, "e"), undefined, `damage ${index}`);
    }
    await writeEntry(cache, "e", fill);
    assert.ok(await readEntry(cache, "e"));
  });

  it("takes a copied cache for whole: other times, the same content", async () => {
    utimesSync(join(await writeEntry(cache, "e", fill), "helm"), 1, 1);
    assert.ok(await readEntry(cache, "e"));
  });

  it("leaves nothing behind when filling fails, and the old entry as it was", async () => {
    await writeEntry(cache, "e", fill);
    await assert.rejects(
      writeEntry(cache, "e", async (folder) => {
        await fill(folder);
        throw new Error("no network");
      }),
      /no network/,
    );
    assert.deepEqual(readdirSync(cache), ["e"]);
    assert.ok(await readEntry(cache, "e"));
  });

  it("removes what a killed fill left, under the lock", async () => {
    mkdirSync(join(cache, ".partial-abc", "x"), { recursive: true });
    assert.equal(await withCacheLock(cache, () => Promise.resolve(7), {}), 7);
    assert.deepEqual(readdirSync(cache), []);
  });
});
