import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { lintPage } from "../../../cli/lint/docs";
import { describedRules } from "../../../istio/lint/rules/described";

describe("lint: documentation", () => {
  it("docs/lint.md is what the rules say: npm run docs:lint", async () => {
    const file = path.resolve(__dirname, "..", "..", "..", "docs", "lint.md");
    assert.equal(readFileSync(file, "utf8"), await lintPage());
  });

  it("every rule has a code of its own, a reason and a fix", () => {
    assert.equal(new Set(describedRules.map(({ code }) => code)).size, describedRules.length);
    for (const { code, title, why, fix } of describedRules) {
      assert.match(code, /^GM\d{3}$/);
      assert.doesNotMatch(title, /\.$/, `${code}: the title is a sentence without its full stop`);
      for (const text of [why, fix]) assert.match(text, /\.$/, `${code}: ${text}`);
    }
  });
});
