import assert from "node:assert/strict";
import { requireIdentity } from "../../../cli/sandbox/context";
import { inspectRegions, waitSynced } from "../../../cli/sandbox/inspect";
import { pulumi } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

const REGIONS = ["eastus", "westeurope", "southeastasia"];

interface StackExport {
  readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
}

describe("pulumi up by hand, in another order of the regions", () => {
  const { context } = sharedStanding();

  async function urns(): Promise<string[]> {
    const all: string[] = [];
    for (const region of REGIONS) {
      const exported = await pulumi(context, region, ["stack", "export"]);
      assert.equal(exported.code, 0, exported.stderr);
      all.push(...(JSON.parse(exported.stdout) as StackExport).deployment.resources.map(({ urn }) => urn));
    }
    return all.toSorted();
  }

  async function up(region: string): Promise<string> {
    const done = await pulumi(context, region, ["up", "--yes", "--skip-preview"]);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    return done.stdout + done.stderr;
  }

  it("reaches the same state in two passes, pending peers being a warning", async () => {
    const before = await urns();
    // The primary last, and all from nothing.
    await Promise.all(REGIONS.map((region) => context.workspace.destroy(region)));
    assert.match(await up("southeastasia"), /region (eastus|westeurope) is pending, not linked/);
    assert.match(await up("westeurope"), /region eastus is pending, not linked/);
    assert.doesNotMatch(await up("eastus"), /is pending/);
    assert.doesNotMatch(await up("southeastasia"), /is pending/);
    assert.doesNotMatch(await up("westeurope"), /is pending/);

    assert.deepEqual(await urns(), before);
    const identity = requireIdentity(context.home);
    await waitSynced(context, identity, () => undefined, new AbortController().signal);
    for (const region of await inspectRegions(context, identity, new Map())) {
      const others = REGIONS.filter((name) => name !== region.name).toSorted();
      assert.deepEqual([...region.linkedPeers].toSorted(), others);
      assert.deepEqual([...region.mutualPeers].toSorted(), others);
      assert.equal(region.synced.length, 2);
    }
  });
});
