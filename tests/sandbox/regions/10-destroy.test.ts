import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { sandboxDown } from "../../../cli/sandbox/down";
import { claimBlock } from "../../../sandbox/addresses";
import { fixedEndpoints } from "../../../sandbox/addresses/layout";
import { ProcessRegistry, isPortFree } from "../../../sandbox/processes";
import { findMarked } from "../../../sandbox/processes/marked";
import { requireIdentity } from "../../../cli/sandbox/context";
import { sharedStanding } from "../../support/standing";

const never = new AbortController().signal;

/**
 * Ports of a block that was given back which somebody still has. The look is a claim's: nobody else tries the ports
 * meanwhile, and none are looked at where another sandbox has claimed the block since.
 */
async function takenPorts(block: number, home: string): Promise<string[]> {
  const taken: string[] = [];
  const isFree = async (one: number): Promise<boolean> => {
    for (const endpoint of one === block ? fixedEndpoints(block) : [])
      if (!(await isPortFree(endpoint))) taken.push(`${endpoint.host}:${endpoint.port}`);
    return true;
  };
  const claim = await claimBlock({ home, preferred: block, isFree });
  await claim.release();
  return taken;
}

describe("destroy of all", () => {
  const { context } = sharedStanding();

  it("leaves nothing in clusters or Azure, no process, no port and no folder", async () => {
    const { block } = requireIdentity(context.home);
    const down = await sandboxDown(context, {}, never);
    assert.deepEqual(down.leaks, []);
    assert.ok(!existsSync(context.home.root));
    assert.deepEqual(ProcessRegistry.alive(context.home.processes), []);
    assert.deepEqual(findMarked(context.home.root), []);
    assert.deepEqual(await takenPorts(block, context.home.root), []);
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) =>
        /^(automation|pulumi-node-pipes|ts-node|global-mesh-helm)/.test(name),
      ),
      [],
    );
  });
});
