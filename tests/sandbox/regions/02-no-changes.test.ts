import assert from "node:assert/strict";
import { planned, pulumi } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

const STACKS = ["global", "eastus", "westeurope", "southeastasia"];

describe("a mesh that stands", () => {
  const { context } = sharedStanding();

  for (const stack of STACKS) {
    it(`has no changes in ${stack}: up, preview, preview --refresh`, async () => {
      const up = await context.workspace.up(stack);
      const { same, ...changed } = up.changes;
      assert.deepEqual(changed, {});
      assert.ok((same ?? 0) > 1);

      const preview = await pulumi(context, stack, ["preview", "--expect-no-changes"]);
      assert.equal(preview.code, 0, preview.stdout + preview.stderr);

      // A refresh may find outputs that the provider reports anew; it must find nothing to do.
      const steps = await planned(context, stack, ["--refresh"]);
      assert.deepEqual(
        steps.filter((step) => step.op !== "refresh"),
        [],
      );
    });
  }
});
