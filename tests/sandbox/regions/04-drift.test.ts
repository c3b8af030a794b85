import assert from "node:assert/strict";
import { kube } from "../../support/kube";
import { planned } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

describe("drift", () => {
  const { context } = sharedStanding();
  const cluster = kube(context, "eastus");

  it("of an edited policy, a deleted one and an ARM property is shown by preview --refresh and repaired by up", async () => {
    const edited = await cluster.run([
      "-n",
      "production",
      "patch",
      "virtualservice",
      "ai-agent",
      "--type=json",
      '-p=[{"op":"replace","path":"/spec/http/0/route/0/weight","value":50},{"op":"replace","path":"/spec/http/0/route/1/weight","value":50}]',
    ]);
    assert.equal(edited.code, 0, edited.stderr);
    const deleted = await cluster.run([
      "-n",
      "production",
      "delete",
      "authorizationpolicy",
      "ai-agent-policy",
    ]);
    assert.equal(deleted.code, 0, deleted.stderr);
    const managed = (await context.daemon.report()).resources.find((id) =>
      /managedClusters\/eastus-cluster$/i.test(id),
    );
    assert.ok(managed, "the cluster is in the ARM stand-in");
    await context.daemon.call("PATCH", `/sandbox/resource?id=${encodeURIComponent(managed)}`, {
      sku: { name: "Base", tier: "Free" },
    });

    const steps = await planned(context, "eastus", ["--refresh"]);
    const found = steps.filter((step) => step.op !== "refresh").map(({ op, kind }) => `${op} ${kind}`);
    assert.deepEqual(found.toSorted(), [
      "create AuthorizationPolicy",
      "update ManagedCluster",
      "update VirtualService",
    ]);

    const up = await context.workspace.up("eastus", { refresh: true });
    assert.equal(up.changes["create"], 1);
    assert.equal(up.changes["update"], 2);
    assert.deepEqual(
      (await planned(context, "eastus", ["--refresh"])).filter((step) => step.op !== "refresh"),
      [],
    );
    const policy = await cluster.run(["-n", "production", "get", "authorizationpolicy", "ai-agent-policy"]);
    assert.equal(policy.code, 0, policy.stderr);
  });
});
