import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../../../scripts/parts";

describe("the reporter of the test runs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-reporter-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function mocha(test: string) {
    const file = path.join(folder, "one.test.cjs");
    writeFileSync(file, test);
    return spawnSync(
      process.execPath,
      [
        path.join(root, "node_modules/mocha/lib/cli/cli.js"),
        ...["--no-config", "--reporter", path.join(root, "scripts/counting-reporter.cjs"), file],
      ],
      {
        encoding: "utf8",
        env: { ...process.env, HANGING_GRACE_MS: "200", COUNTS_FILE: "" },
        timeout: 60_000,
      },
    );
  }

  it("fails a run whose tests have left something at work, and says what", () => {
    const { status, stderr } = mocha('it("passes", () => { setInterval(() => {}, 1000); });');
    assert.equal(status, 1, stderr);
    assert.match(stderr, /still at work: .*Timeout/);
  });

  it("waits for nothing where nothing is left", () => {
    const { status, stderr } = mocha('it("passes", () => {});');
    assert.deepEqual([status, stderr], [0, ""]);
  });
});
