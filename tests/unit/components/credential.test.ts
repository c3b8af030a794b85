import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Run } from "../../support/mocks";
import { globalStack, regionStack, runStack } from "../../support/stacks";

const REGIONS = ["eastus", "westeurope", "southeastasia"];

/** A region that reads a peer whose credential was changed, and what its `apply`s came to. */
async function reading(changed: Readonly<Record<string, unknown>>): Promise<{ run: Run; errors: Error[] }> {
  const peer = regionStack("westeurope", 2);
  const credential = peer.outputs?.["readerCredential"] as Readonly<Record<string, unknown>>;
  const outputs = { ...peer.outputs, readerCredential: { ...credential, ...changed } };
  // By the rejection that nobody handles the engine's host learns of it and fails the update.
  const errors: Error[] = [];
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => errors.push(error as Error));
  try {
    const run = await runStack("eastus", { global: globalStack(REGIONS), westeurope: { ...peer, outputs } });
    await setImmediate();
    return { run, errors };
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of before) process.on("unhandledRejection", listener);
  }
}

const remoteSecrets = ({ registrations }: Run): string[] =>
  registrations.map(({ name }) => name).filter((name) => name.startsWith("remote-secret-"));

describe("a peer's credential", () => {
  it("that is sound becomes a remote secret", async () => {
    const { run, errors } = await reading({});
    assert.deepEqual(remoteSecrets(run), ["remote-secret-westeurope-cluster"]);
    assert.deepEqual(errors, []);
  });

  const faults: readonly [string, Readonly<Record<string, unknown>>, string][] = [
    ["plain http", { server: "http://token-of-westeurope" }, "clusters[0].server: got "],
    ["no server", { server: undefined }, "clusters[0].server: got nothing"],
    ["no token", { token: "" }, "users[0]: got "],
  ];
  for (const [what, changed, words] of faults) {
    it(`that istiod would not read fails the update and is not quoted: ${what}`, async () => {
      const { run, errors } = await reading(changed);
      assert.deepEqual(remoteSecrets(run), []);
      const [error] = errors;
      assert.ok(pulumi.RunError.isInstance(error));
      assert.ok(error.message.includes(`readerCredential of westeurope-cluster.${words}`), error.message);
      assert.ok(!error.message.includes("token-of-westeurope"), error.message);
      assert.ok(!/^\s+at /m.test(error.stack ?? ""), error.stack);
    });
  }
});
