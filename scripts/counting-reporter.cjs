// mocha's own `spec` report, and the counts and failures as JSON in the file that COUNTS_FILE names, for the
// closing lines.
const { writeFileSync } = require("node:fs");
const { setTimeout } = require("node:timers");
const { reporters } = require("mocha");

/** Time for what tests have started to end by itself; the tests of this file shorten it. */
const GRACE_MS = Number(process.env.HANGING_GRACE_MS ?? 60_000);

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const file = process.env.COUNTS_FILE;
      if (file) {
        const { passes, failures, pending } = this.stats;
        writeFileSync(
          file,
          JSON.stringify({
            passed: passes,
            failed: failures,
            skipped: pending,
            failures: this.failures.map((test) => ({
              title: test.fullTitle(),
              message: String(test.err?.message ?? test.err),
            })),
          }),
        );
      }
      setTimeout(endHanging, GRACE_MS, this.stats.failures).unref();
      // All is done then. Left to end by itself, Node 20 tidies up first and may wait for ever, at full load, for TLS
      // connections that it has closed already (`Environment::CleanupHandles`).
      process.once("beforeExit", () => process.exit());
    });
  }
};

/** A test that failed may have left something at work that would keep the whole run from ending. */
function endHanging(failures) {
  const active = [...new Set(process.getActiveResourcesInfo())].join(", ");
  console.error(
    `The tests ended ${GRACE_MS / 1000} s ago and something of them is still at work: ${active}.`,
  );
  // mocha sets the code at the exit, too, to what its tests were worth.
  process.once("exit", () => (process.exitCode = Math.max(1, failures)));
  process.exit();
}
