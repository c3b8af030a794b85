import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { allRules } from "../../../guardrails/rules";
import type { GivenSettings } from "../../../guardrails/rule";
import { judge } from "./support/change";
import { BUSY_STACKS, goldenSubjects } from "./support/golden";

const file = "catalog/microservices/guardrails.json";
const read = (name: string): string => readFileSync(path.resolve(__dirname, "../../..", name), "utf8");
const documented = JSON.parse(read(file)) as Record<string, GivenSettings>;

describe("guardrails: every application of the catalog", () => {
  const mandatory = allRules.filter(({ level }) => level === "mandatory");

  async function refused(
    stack: (typeof BUSY_STACKS)[number],
    settings: typeof documented,
  ): Promise<string[]> {
    const subjects = goldenSubjects(stack);
    const found = await Promise.all(
      mandatory.map(async (rule) =>
        (await judge(rule, subjects, settings[rule.id])).length > 0 ? [rule.id] : [],
      ),
    );
    return found.flat();
  }

  it("says in the guide where those settings are", () => {
    assert.ok(read("docs/seeds.md").includes(`--policy-pack-config ${file}`));
  });

  for (const stack of BUSY_STACKS) {
    it(`passes with the settings beside them, and needs each of them: ${stack}`, async () => {
      assert.deepEqual(await refused(stack, documented), []);
      assert.deepEqual(await refused(stack, {}), Object.keys(documented));
    });
  }
});
