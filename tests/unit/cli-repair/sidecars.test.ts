import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findTornSidecars, tornSidecars } from "../../../cli/repair/sidecars";

describe("repair: files beside a state", () => {
  let backend: string;
  let stacks: string;

  beforeEach(() => {
    backend = mkdtempSync(path.join(tmpdir(), "global-mesh-sidecars-"));
    stacks = path.join(backend, ".pulumi", "stacks", "global-mesh");
    mkdirSync(stacks, { recursive: true });
  });
  afterEach(() => rmSync(backend, { recursive: true }));

  it("are removed where they are cut off, and nothing else is", async () => {
    const write = (name: string, text: string): string => {
      const file = path.join(stacks, name);
      writeFileSync(file, text);
      return file;
    };
    const kept = [
      write("a.json", '{"version":3}'),
      write("a.json.attrs", '{"md5":"x"}\n'),
      write("b.json", '{"cut'),
      write("b.json.bak", ""),
      write("c.json.attrs", ""),
    ];
    const torn = [write("b.json.attrs", ""), write("b.json.bak.attrs", '{"user.cache')];
    assert.deepEqual(tornSidecars(backend, "b").toSorted(), torn);
    for (const { mend } of findTornSidecars(backend, "b")) await mend?.(() => undefined);
    assert.deepEqual(torn.filter(existsSync), []);
    assert.deepEqual(kept.filter(existsSync), kept);
  });

  it("are none where there is no backend yet, or none that is a folder", () => {
    rmSync(path.join(backend, ".pulumi"), { recursive: true });
    assert.deepEqual(findTornSidecars(backend, "b"), []);
    assert.deepEqual(findTornSidecars(undefined, "b"), []);
  });
});
