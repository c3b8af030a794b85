import assert from "node:assert/strict";
import { meshRules } from "../../../../guardrails/rules/mesh";
import type { Subject } from "../../../../guardrails/rule";
import { judge } from "../support/change";
import "./helm.cases";
import { sound } from "./support/sound";
import { unsound } from "./support/unsound";

/** The rules that say something of some resources. */
async function broken(...subjects: readonly Subject[]): Promise<readonly string[]> {
  const found = await Promise.all(
    meshRules.map(async (rule) => ((await judge(rule, subjects)).length > 0 ? [rule.id] : [])),
  );
  return found.flat();
}

describe("guardrails: precision of the rules over the mesh", () => {
  for (const [what, subjects] of Object.entries(sound)) {
    it(`say nothing of ${what}`, async () => assert.deepEqual(await broken(...subjects), []));
  }
  for (const [what, [id, ...subjects]] of Object.entries(unsound)) {
    it(`report ${what}`, async () => assert.deepEqual(await broken(...subjects), [id]));
  }
});
