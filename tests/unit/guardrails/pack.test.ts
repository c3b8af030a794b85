import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy";
import { z } from "zod";
import { policy, violation, withoutVersion } from "../../../guardrails/pack";
import { defineRule } from "../../../guardrails/rule";
import { allRules } from "../../../guardrails/rules";
import { UNKNOWN, plainData } from "../../../guardrails/unknown";

/** What the policy SDK wraps properties with; exported by it, but kept out of its declarations. */
const { unknownCheckingProxy } = proxy as unknown as { unknownCheckingProxy: (props: object) => object };

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("guardrails: what the engine hands over", () => {
  it("unknown values become the marker, without touching what would throw", () => {
    const wrapped = unknownCheckingProxy({ a: { b: [1, UNKNOWN_TEXT, { c: UNKNOWN_TEXT }] }, d: null });
    assert.throws(() => JSON.stringify(wrapped), /can't be known/, "the SDK's own way has changed");
    assert.deepEqual(plainData(wrapped), { a: { b: [1, UNKNOWN, { c: UNKNOWN }] }, d: null });
  });

  it("kinds of any API version are the same kind", () => {
    for (const type of [
      "azure-native:containerservice:ManagedCluster",
      "azure-native:containerservice/v20230901:ManagedCluster",
      "azure-native:containerservice/v20230902preview:ManagedCluster",
      "azure-native_containerservice_v20250901:containerservice:ManagedCluster",
    ]) {
      assert.equal(withoutVersion(type), "azure-native:containerservice:ManagedCluster");
    }
    for (const module of ["insights", "insights/v20210501preview", "monitor", "monitor/v20210501preview"]) {
      const type = `azure-native:${module}:DiagnosticSetting`;
      assert.equal(withoutVersion(type), "azure-native:monitor:DiagnosticSetting");
    }
    assert.equal(withoutVersion("azure-native:insights:Component"), "azure-native:insights:Component");
    assert.equal(withoutVersion("kubernetes:apps/v1:Deployment"), "kubernetes:apps/v1:Deployment");
  });
});

describe("guardrails: policies", () => {
  it("one for each rule, with a schema that the CLI checks a config file against", () => {
    for (const rule of allRules) {
      const made = policy(rule);
      assert.equal(made.name, rule.id);
      assert.equal(made.enforcementLevel, rule.level);
      assert.ok(made.configSchema?.properties["except"]);
      assert.equal("validateStack" in made, rule.scope === "stack");
    }
  });

  it("a rule over the stack sees inputs, not what a provider answered", async () => {
    const seen = new Map<string, unknown>();
    const resource = { type: "a:b:C", name: "c", urn: "urn:c", getConfig: () => ({}) };
    const said: string[] = [];
    const run = async (made: object, args: object): Promise<void> => {
      for (const key of ["validateResource", "validateStack"]) {
        const validate = (made as Record<string, unknown>)[key] as
          ((args: object, report: (message: string) => void) => unknown) | undefined;
        await validate?.(args, (message) => said.push(message));
      }
    };
    const base = { title: "T", why: "W.", fix: "F.", sources: [], level: "advisory" } as const;
    const any = defineRule({ ...base, id: "any-rule", scope: "resource", types: [], check: () => [] });
    const all = defineRule({
      ...base,
      id: "all-rule",
      scope: "stack",
      check: (subjects) => subjects.map(({ props }) => JSON.stringify(props)),
    });
    await run(policy(any, seen), { ...resource, props: { owner: "x" } });
    await run(policy(all, seen), {
      getConfig: () => ({}),
      resources: [{ ...resource, props: { id: "made" } }],
    });
    assert.deepEqual(said, ['{"owner":"x"}\nFix: F.']);
  });

  it("a violation ends with the fix", () => {
    assert.equal(violation({ fix: "Do it." }, "x is 1."), "x is 1.\nFix: Do it.");
  });

  it("settings that a rule does not have are refused by name", async () => {
    const rule = defineRule({
      id: "test-rule",
      title: "A test",
      why: "For the test.",
      fix: "None.",
      sources: [],
      level: "advisory",
      settings: z.strictObject({ limit: z.int().default(1).describe("A limit.") }),
      scope: "resource",
      types: ["a:b:C"],
      check: (_subject, { limit }) => [`limit is ${limit}`],
    });
    assert.ok(rule.scope === "resource");
    const subject = { type: "a:b:C", name: "c", urn: "", props: {} };
    assert.deepEqual(await rule.check(subject, { limit: 3 }), ["limit is 3"]);
    assert.deepEqual(await rule.check(subject, { except: ["c"] }), []);
    await assert.rejects(rule.check(subject, { limit: "x" }), /test-rule\.limit: .*docs\/guardrails\.md/);
    await assert.rejects(rule.check(subject, { other: 1 }), /test-rule: .*other/);
  });
});
