import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { previewed, type PreviewedResource } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

const STACKS = ["global", "eastus", "westeurope", "southeastasia"];
const FOLDER = path.join(__dirname, "..", "..", "golden");

interface Dump {
  readonly resources: readonly PreviewedResource[];
}

/** Resources of the policy: the sandbox's own settings change nothing about them. */
const POLICY = /^kubernetes:([\w.]+\.istio\.io\/|core\/v1:Namespace$)/;

/** What the engine registers by itself is in no program. */
function ofProgram({ type, name }: PreviewedResource): boolean {
  return !type.startsWith("pulumi:") || !(name.startsWith("default") || type === "pulumi:pulumi:Stack");
}

function names(resources: readonly PreviewedResource[]): readonly string[] {
  return resources
    .filter(ofProgram)
    .map(({ type, name }) => `${type} ${name}`)
    .toSorted();
}

/** Inputs of the policy's resources by name, without what the provider keeps for itself. */
function policies(resources: readonly PreviewedResource[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    resources
      .filter(({ type }) => POLICY.test(type))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, inputs }) => {
        const { apiVersion, kind, metadata, spec } = inputs;
        return [name, { apiVersion, kind, metadata, spec }];
      }),
  );
}

/** The golden dumps are of mocks; here the real engine and the provider say what a stack has. */
describe("previews and golden dumps", () => {
  const { context } = sharedStanding();

  for (const stack of STACKS) {
    it(`agree about every resource of ${stack}, and about every part of its policy`, async () => {
      const { resources } = JSON.parse(readFileSync(path.join(FOLDER, `${stack}.json`), "utf8")) as Dump;
      const seen = await previewed(context, stack);
      assert.deepEqual(names(seen), names(resources));
      assert.deepEqual(policies(seen), policies(resources));
      if (stack !== "global") assert.ok(Object.keys(policies(seen)).length > 5);
    });
  }
});
