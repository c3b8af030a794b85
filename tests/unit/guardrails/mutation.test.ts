import assert from "node:assert/strict";
import { allRules } from "../../../guardrails/rules";
import { aksCases } from "./aks/cases";
import { meshCases } from "./mesh/cases";
import { changed, judge, sample } from "./support/change";
import { goldenSubjects } from "./support/golden";

const cases = Object.entries({ ...aksCases, ...meshCases });

/** The default stack with every sample beside it: one input over which no rule says anything. */
function goodInput() {
  const samples = cases.flatMap(([id, one]) =>
    one.good === undefined ? [] : [sample(one.on, one.good, `sample-of-${id}`)],
  );
  return [...goldenSubjects("eastus"), ...samples];
}

async function reporting(subjects: Parameters<typeof judge>[1]): Promise<string[]> {
  const found = await Promise.all(
    allRules.map(async (rule) => ((await judge(rule, subjects)).length > 0 ? [rule.id] : [])),
  );
  return found.flat().toSorted();
}

describe("guardrails: mutation run", () => {
  it("breaks each rule's input once: that rule reports it and no other", async () => {
    const good = goodInput();
    assert.deepEqual(await reporting(good), [], "the good input");
    const wrong: string[] = [];
    for (const [id, one] of cases) {
      const target = one.good === undefined ? one : { ...one, name: `sample-of-${id}` };
      const found = await reporting(changed(good, target, one.mutate));
      if (found.join() !== id) wrong.push(`${id} broken: reported by ${found.join(", ") || "no rule"}`);
    }
    const caught = cases.length - wrong.length;
    console.log(
      `      mutation score: ${caught} of ${cases.length} mutants reported by exactly their own rule ` +
        `(${cases.length === 0 ? 0 : Math.round((caught / cases.length) * 100)} %)`,
    );
    assert.deepEqual(wrong, []);
    assert.equal(cases.length, allRules.length, "every rule has a mutation");
  });
});
