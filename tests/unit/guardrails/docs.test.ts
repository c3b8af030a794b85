import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { guardrailsPage } from "../../../guardrails/docs";
import { allRules } from "../../../guardrails/rules";

describe("guardrails: documentation", () => {
  it("docs/guardrails.md is what the rules say: npm run docs:guardrails", async () => {
    const file = path.resolve(__dirname, "..", "..", "..", "docs", "guardrails.md");
    assert.equal(readFileSync(file, "utf8"), await guardrailsPage());
  });

  it("every rule has an id of its own, a reason, a fix and a source", () => {
    assert.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
    for (const rule of allRules) {
      assert.match(rule.id, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.doesNotMatch(rule.title, /\.$/, `${rule.id}: the title is a sentence without its full stop`);
      for (const text of [rule.why, rule.fix]) assert.match(text, /\.$/, `${rule.id}: ${text}`);
      assert.ok(rule.sources.length > 0, `${rule.id} has no source`);
      for (const { url } of rule.sources) assert.ok(URL.canParse(url) && url.startsWith("https://"), url);
    }
  });
});
