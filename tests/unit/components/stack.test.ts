import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readStack, type StackReading } from "../../../components/internal/stack";
import { engineError, runProgram, type Invokes } from "../../support/mocks";
import { stackReaders } from "../../support/stacks";

async function read(stack: string, invokes: Invokes): Promise<StackReading> {
  let reading: StackReading | undefined;
  await runProgram({ stack: "eastus", invokes }, async () => {
    reading = await readStack(stack);
  });
  assert.ok(reading);
  return reading;
}

describe("reading another stack", () => {
  const name = "organization/global-mesh/westeurope";
  const unreadable = (message: string): string =>
    `stack ${name} cannot be read: ${message}. Nothing was changed. See that the backend answers, that you may read ` +
    `the stack and that its state is whole: pulumi stack output --stack ${name}`;

  it("asks for it by organization and project", async () => {
    const asked: unknown[] = [];
    await read("westeurope", {
      "pulumi:pulumi:readStackOutputs": (args) => {
        asked.push(args);
        return { outputs: { a: 1 } };
      },
    });
    assert.deepEqual(asked, [{ name }]);
  });

  it("gives plain outputs as they are and secret ones as secrets of the engine", async () => {
    const outputs = { plain: [1], token: "t" };
    const reading = await read(
      "westeurope",
      stackReaders({ westeurope: { outputs, secretOutputNames: ["token"] } }),
    );
    assert.ok(reading.kind === "outputs");
    const { plain, token } = reading.outputs;
    assert.deepEqual(plain, [1]);
    assert.ok(pulumi.Output.isInstance<string>(token));
    assert.equal(await pulumi.isSecret(token), true);
  });

  it("tells a stack that does not exist from one without resources and one without outputs", async () => {
    assert.deepEqual(await read("westeurope", stackReaders({})), { kind: "unknown-stack", stack: name });
    assert.deepEqual(await read("westeurope", stackReaders({ westeurope: {} })), {
      kind: "no-resources",
      stack: name,
    });
    assert.deepEqual(await read("westeurope", stackReaders({ westeurope: { resources: ["urn"] } })), {
      kind: "no-outputs",
      stack: name,
    });
  });

  it("fails on every other answer", async () => {
    const failing = (message: string): Invokes => ({
      "pulumi:pulumi:readStackOutputs": () => {
        throw engineError(message);
      },
    });
    for (const message of ["403 forbidden", "incorrect passphrase", 'unknown provider "x"']) {
      await assert.rejects(read("westeurope", failing(message)), { message: unreadable(message) });
    }
  });

  it("fails where only its resources cannot be read", async () => {
    const invokes: Invokes = {
      ...stackReaders({ westeurope: {} }),
      "pulumi:pulumi:readStackResourceOutputs": () => {
        throw engineError("connection reset");
      },
    };
    await assert.rejects(read("westeurope", invokes), { message: unreadable("connection reset") });
  });
});
