import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runPart } from "../../../scripts/run-part";

describe("a part of the test run", () => {
  const scratch = mkdtempSync(path.join(tmpdir(), "global-mesh-part-"));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** A runner that counts, and then does something. */
  function run(failed: number, then: string) {
    const failures = failed === 0 ? [] : [{ title: "one", message: "broken" }];
    const counts = JSON.stringify({ passed: 2, failed, skipped: 0, failures });
    const script = `require("node:fs").writeFileSync(process.env.COUNTS_FILE, ${JSON.stringify(counts)}); ${then}`;
    return runPart(
      { name: "one", command: process.execPath, args: ["-e", script], tests: true, programs: false },
      { scratch, env: {}, hold: true, running: new Set(), stayMs: 1_000 },
    );
  }

  it("is ended where its runner is stuck, and what it has counted counts", async () => {
    assert.deepEqual(await run(0, "for (;;) {}"), { passed: 2, failed: 0, skipped: 0, failures: [] });
    assert.equal((await run(1, "for (;;) {}")).failed, 1);
  });

  it("has failed where its runner says so, whatever it has counted", async () => {
    const { failed, failures } = await run(0, "process.exit(3)");
    assert.equal(failed, 1);
    assert.match(failures[0]?.message ?? "", /exit code 3 although no test failed/);
  });
});
