import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { runProgram, shown } from "../../support/mocks";

class Thing extends pulumi.CustomResource {
  constructor(type: string, name: string, inputs: pulumi.Inputs = {}) {
    super(type, name, inputs);
  }
}

/** The harness is what the other tests rest on: it must not let anything pass unseen. */
describe("the mock harness", () => {
  const run = (program: () => unknown) =>
    // eslint-disable-next-line @typescript-eslint/require-await -- a program that throws must reject
    runProgram({ stack: "s" }, async () => program());

  it("refuses a type that is not mocked", async () => {
    await assert.rejects(
      run(() => new Thing("other:index:Thing", "x")),
      /resource type other:index:Thing is not mocked/,
    );
  });

  it("refuses a function that is not mocked", async () => {
    await assert.rejects(
      run(() => pulumi.runtime.invoke("other:index:ask", {})),
      /function other:index:ask is not mocked/,
    );
  });

  it("waits for what is registered late", async () => {
    const namespace = (name: string): Thing => new Thing("kubernetes:core/v1:Namespace", name);
    const { registrations } = await run(() => {
      // The fault that the lint rule forbids, behind a function that hides it from the rule.
      namespace("first").urn.apply(() => namespace("late"));
    });
    assert.deepEqual(
      registrations.map(({ name }) => name),
      ["first", "late", "global-mesh-s"],
    );
  });

  it("shows no secret, at any depth", async () => {
    const { registrations, outputs } = await run(() => {
      new Thing("kubernetes:core/v1:Namespace", "x", { a: { b: [pulumi.secret("s3cret")] } });
      return { deep: { list: [pulumi.secret("s3cret")] } };
    });
    assert.deepEqual(registrations[0]?.inputs, { a: { b: ["[secret]"] } });
    assert.deepEqual(outputs, { deep: { list: ["[secret]"] } });
  });

  it("sorts keys, so that a dump has one form", () => {
    assert.equal(JSON.stringify(shown({ b: 1, a: { d: 1, c: undefined } })), '{"a":{"d":1},"b":1}');
  });
});
