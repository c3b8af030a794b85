import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  clearTerminationMessage,
  terminationFile,
  terminationMessage,
} from "../../../sandbox/node/termination";
import { containerOf } from "./support";

describe("the last words of a container", () => {
  let root: string;
  before(() => {
    root = mkdtempSync(path.join(tmpdir(), "global-mesh-words-"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("stand where its spec says, and are none at the start", () => {
    assert.equal(terminationFile("/r", containerOf()), "/r/dev/termination-log");
    const file = terminationFile(root, containerOf({ terminationMessagePath: "/var/words" }));
    clearTerminationMessage(file);
    assert.equal(terminationMessage(file), undefined);
    writeFileSync(file, "done");
    assert.equal(terminationMessage(file), "done");
    clearTerminationMessage(file);
    assert.equal(terminationMessage(file), undefined);
  });

  it("are the last 4096 bytes, as with the kubelet", () => {
    const file = terminationFile(root, containerOf());
    clearTerminationMessage(file);
    writeFileSync(file, `${"a".repeat(5000)}end`);
    const words = terminationMessage(file) ?? "";
    assert.deepEqual([words.length, words.endsWith("aend")], [4096, true]);
  });

  it("are none where the pod's files are gone", () => {
    assert.equal(terminationMessage(path.join(root, "nowhere")), undefined);
  });
});
