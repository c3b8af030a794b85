import assert from "node:assert/strict";
import { allRules } from "../../../guardrails/rules";
import { aksCases } from "./aks/cases";
import { meshCases } from "./mesh/cases";
import { changed, goodInput, judge, unknownParts } from "./support/change";
import { STACKS, goldenSubjects } from "./support/golden";

const cases = { ...aksCases, ...meshCases };

describe("guardrails: every rule", () => {
  const eastus = goldenSubjects("eastus");

  it("has a case, and every case a rule", () => {
    assert.deepEqual(Object.keys(cases).toSorted(), allRules.map(({ id }) => id).toSorted());
  });

  for (const rule of allRules) {
    const one = cases[rule.id];
    if (one === undefined) continue;
    const good = goodInput(eastus, one);
    const expect = async (found: Promise<string[]>, says: RegExp | undefined): Promise<void> => {
      const messages = await found;
      if (says === undefined) assert.deepEqual(messages, []);
      else {
        assert.ok(messages.length > 0, "the rule says nothing");
        for (const message of messages) assert.match(message, says);
      }
    };

    describe(rule.id, () => {
      it("passes", async () => {
        assert.ok(
          good.some(({ type }) => type === one.on),
          `no ${one.on} to judge`,
        );
        if (rule.scope === "resource") assert.ok(rule.types.includes(one.on), `not a rule over ${one.on}`);
        await expect(judge(rule, good), undefined);
      });
      it("fails", () => expect(judge(rule, changed(good, one, one.mutate)), one.says));
      it("absent", () => expect(judge(rule, changed(good, one, one.absent.change)), one.absent.says));
      it("configured", async () => {
        const { settings, change = {}, says } = one.configured;
        const input = changed(good, one, change);
        await expect(judge(rule, input, settings), says);
        // Without the setting it is the other way round, or the setting would prove nothing.
        assert.equal((await judge(rule, input)).length > 0, says === undefined);
      });
      it("excepted by name", async () => {
        const input = changed(good, one, one.mutate);
        await expect(judge(rule, input, { except: input.map(({ name }) => name) }), undefined);
      });
      it("does not know an unknown value for a violation", async () => {
        for (const [index, subject] of good.entries()) {
          if (subject.type !== one.on) continue;
          for (const props of unknownParts(subject.props)) {
            if (typeof props !== "object") continue;
            const input = good.with(index, { ...subject, props: props as typeof subject.props });
            assert.deepEqual(await judge(rule, input), [], JSON.stringify(props));
          }
        }
      });
    });
  }

  for (const stack of STACKS) {
    it(`lets the default stack ${stack} pass`, async () => {
      const subjects = goldenSubjects(stack);
      const found = await Promise.all(
        allRules.map(async (rule) =>
          (await judge(rule, subjects)).map((message) => `${rule.id}: ${message}`),
        ),
      );
      assert.deepEqual(found.flat(), []);
    });
  }
});
