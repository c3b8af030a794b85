// mocha's own `spec` report, and the counts and failures as JSON in the file that COUNTS_FILE names, for the
// closing lines.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

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
    });
  }
};
