import assert from "node:assert/strict";
import { requireIdentity } from "../../../cli/sandbox/context";
import { waitSynced } from "../../../cli/sandbox/inspect";
import { kube } from "../../support/kube";
import { sharedStanding } from "../../support/standing";

describe("a region that leaves", () => {
  const standing = sharedStanding();
  const { context } = standing;
  const survivors = ["eastus", "westeurope"];

  before(() => {
    standing.edit("Pulumi.yaml", "first.\n    default: []", "first.\n    default: [southeastasia]");
    standing.refreshProject();
  });

  it("is unlinked by the others while it still stands", async () => {
    for (const region of survivors) {
      await context.workspace.up(region);
      const secrets = await kube(context, region).run([
        "-n",
        "istio-system",
        "get",
        "secrets",
        "-l",
        "istio/multiCluster=true",
        "-o",
        "name",
      ]);
      assert.doesNotMatch(secrets.stdout, /southeastasia/);
      const outputs = await context.workspace.outputs(region);
      assert.deepEqual(outputs["linkedPeers"], [survivors.find((name) => name !== region)]);
      assert.deepEqual(outputs["pendingPeers"], []);
    }
  });

  it("is destroyed with nothing of ours left in its cluster, and the others stay whole", async () => {
    await context.workspace.destroy("southeastasia");
    const report = await context.daemon.report();
    const gone = report.deletedClusters.filter((cluster) => cluster.name === "southeastasia-cluster").at(-1);
    assert.ok(gone, "the stand-in saw the cluster's deletion");
    assert.equal(gone.unasked, undefined);
    assert.deepEqual(gone.leftovers, []);
    assert.ok(
      gone.keptCrds.every((name) => name.endsWith(".istio.io")),
      gone.keptCrds.join(", "),
    );
    assert.ok(gone.keptCrds.length > 0, "the CRDs that Helm keeps are named");
    assert.deepEqual(
      report.resources.filter((id) => id.includes("southeastasia")),
      [],
    );
    await waitSynced(
      { ...context, stacks: { ...context.stacks, regions: survivors } },
      requireIdentity(context.home),
      () => undefined,
      new AbortController().signal,
    );
    for (const region of survivors) {
      const up = await context.workspace.up(region);
      assert.deepEqual(Object.keys(up.changes), ["same"], region);
    }
  });

  it("comes back by hand, and the second pass links it", async () => {
    standing.edit("Pulumi.yaml", "first.\n    default: [southeastasia]", "first.\n    default: []");
    standing.refreshProject();
    const back = await context.workspace.up("southeastasia");
    assert.ok((back.changes["create"] ?? 0) > 20);
    for (const region of survivors) await context.workspace.up(region);
    await waitSynced(context, requireIdentity(context.home), () => undefined, new AbortController().signal);
    const outputs = await context.workspace.outputs("eastus");
    assert.deepEqual(outputs["linkedPeers"], ["southeastasia", "westeurope"]);
  });
});
