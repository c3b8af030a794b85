import assert from "node:assert/strict";
import { inspectRegions, waitSynced } from "../../../cli/sandbox/inspect";
import { requireIdentity } from "../../../cli/sandbox/context";
import { writeKubeconfig } from "../../../cli/sandbox/kubeconfig";
import { kube } from "../../support/kube";
import { pulumi } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

interface StackExport {
  readonly deployment: { readonly resources: readonly { readonly urn: string; readonly type: string }[] };
}

describe("a forced replacement of a cluster", () => {
  const { context } = sharedStanding();
  const stack = "southeastasia";

  async function urns(): Promise<{ urn: string; type: string }[]> {
    const exported = await pulumi(context, stack, ["stack", "export"]);
    assert.equal(exported.code, 0, exported.stderr);
    return (JSON.parse(exported.stdout) as StackExport).deployment.resources.map(({ urn, type }) => ({
      urn,
      type,
    }));
  }

  async function clusterUid(): Promise<string> {
    const namespace = await kube(context, stack).json<{ metadata: { uid: string } }>([
      "get",
      "namespace",
      "kube-system",
    ]);
    return namespace.metadata.uid;
  }

  it("recreates everything that was in it, finds what was not ours to delete, and the peers follow", async () => {
    // An object with our label that no stack knows: the stand-in names it when the old cluster goes.
    const planted = await kube(context, stack).apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "planted",
        namespace: "default",
        labels: { "app.kubernetes.io/part-of": "global-mesh" },
      },
    });
    assert.equal(planted.code, 0, planted.stderr);
    const before = await urns();
    const uid = await clusterUid();
    const cluster = before.find(({ type }) => type === "azure-native:containerservice:ManagedCluster");
    assert.ok(cluster);

    const up = await pulumi(context, stack, ["up", "--yes", "--skip-preview", "--replace", cluster.urn]);
    assert.equal(up.code, 0, up.stdout + up.stderr);
    // The kubeconfig of the sandbox's shell names the CA of the cluster that is gone.
    await writeKubeconfig(context);
    assert.notEqual(await clusterUid(), uid);
    const { deletedClusters } = await context.daemon.report();
    const deleted = deletedClusters.filter(({ name }) => name === `${stack}-cluster`).at(-1);
    assert.equal(deleted?.leftovers.length, 1, deleted?.leftovers.join(", "));
    assert.match(deleted.leftovers[0] ?? "", /planted/);
    assert.deepEqual(
      (await urns()).map(({ urn }) => urn).toSorted(),
      before.map(({ urn }) => urn).toSorted(),
    );

    // The new cluster has a new CA and a new reader token: peers take them over at their next update.
    for (const peer of ["eastus", "westeurope"]) await context.workspace.up(peer);
    const identity = requireIdentity(context.home);
    await waitSynced(context, identity, () => undefined, new AbortController().signal);
    for (const region of await inspectRegions(context, identity, new Map())) {
      assert.equal(region.synced.length, 2, region.name);
      assert.equal(region.policies.length > 0, true, region.name);
    }
    const policy = await kube(context, stack).run(["-n", "production", "get", "virtualservice", "ai-agent"]);
    assert.equal(policy.code, 0, policy.stderr);
    const again = await context.workspace.up(stack);
    assert.equal(again.changes["create"], undefined);
  });
});
