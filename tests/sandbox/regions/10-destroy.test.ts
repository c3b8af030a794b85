import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { sandboxDown } from "../../../cli/sandbox/down";
import { fixedEndpoints } from "../../../sandbox/addresses/layout";
import { ProcessRegistry, isPortFree } from "../../../sandbox/processes";
import { findMarked } from "../../../sandbox/processes/marked";
import { requireIdentity } from "../../../cli/sandbox/context";
import { sharedStanding } from "../../support/standing";

const never = new AbortController().signal;

describe("destroy of all", () => {
  const { context } = sharedStanding();

  it("leaves nothing in clusters or Azure, no process, no port and no folder", async () => {
    const { block } = requireIdentity(context.home);
    const down = await sandboxDown(context, {}, never);
    assert.deepEqual(down.leaks, []);
    assert.ok(!existsSync(context.home.root));
    assert.deepEqual(ProcessRegistry.alive(context.home.processes), []);
    assert.deepEqual(findMarked(context.home.root), []);
    for (const endpoint of fixedEndpoints(block)) {
      assert.ok(await isPortFree(endpoint), `${endpoint.host}:${endpoint.port}`);
    }
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) =>
        /^(automation|pulumi-node-pipes|ts-node|global-mesh-helm)/.test(name),
      ),
      [],
    );
  });
});
