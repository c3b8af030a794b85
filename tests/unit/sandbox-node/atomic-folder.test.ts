import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { writeAtomically } from "../../../sandbox/node/atomic-folder";

describe("writeAtomically", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "global-mesh-volume-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (files: Readonly<Record<string, string>>) =>
    writeAtomically(folder, new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
  const visible = () => readdirSync(folder).filter((name) => !name.startsWith(".."));

  it("shows files through one link, privately", () => {
    assert.equal(write({ a: "1", "sub/b": "2" }), true);
    assert.deepEqual(visible().toSorted(), ["a", "sub"]);
    assert.equal(readlinkSync(join(folder, "a")), "..data/a");
    assert.equal(readFileSync(join(folder, "sub/b"), "utf8"), "2");
    assert.equal(lstatSync(join(folder, "..data", "a")).mode & 0o777, 0o600);
  });

  it("swaps the link for new contents, drops what is gone, and keeps one version", () => {
    write({ a: "1", b: "2" });
    const before = readlinkSync(join(folder, "..data"));
    assert.equal(write({ a: "new", c: "3" }), true);
    assert.notEqual(readlinkSync(join(folder, "..data")), before);
    assert.deepEqual(visible().toSorted(), ["a", "c"]);
    assert.equal(readFileSync(join(folder, "a"), "utf8"), "new");
    assert.ok(!existsSync(join(folder, before)));
  });

  it("touches nothing when nothing changed", () => {
    write({ a: "1" });
    const before = readlinkSync(join(folder, "..data"));
    assert.equal(write({ a: "1" }), false);
    assert.equal(readlinkSync(join(folder, "..data")), before);
  });

  for (const path of ["../out", "/etc/passwd", "a/../../out", "..data", ""])
    it(`refuses the path "${path}"`, () => {
      assert.throws(() => write({ [path]: "x" }), /no path within a volume/);
      assert.deepEqual(readdirSync(folder), []);
    });

  it("always shows exactly the last contents", () => {
    const contents = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string(), {
      noNullPrototype: true,
      maxKeys: 4,
    });
    fc.assert(
      fc.property(fc.array(contents, { minLength: 1, maxLength: 4 }), (versions) => {
        for (const version of versions) write(version);
        const shown = Object.fromEntries(
          visible().map((name) => [name, readFileSync(join(folder, name), "utf8")]),
        );
        assert.deepEqual(shown, versions.at(-1));
      }),
      { numRuns: 40 },
    );
  });
});
