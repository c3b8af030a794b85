import assert from "node:assert/strict";
import { requireIdentity, type SandboxContext } from "../../../cli/sandbox/context";
import { clusters, version } from "../../../cli/sandbox/istiod";
import { prepareProject } from "../../../cli/sandbox/prepare";
import { sandboxUp } from "../../../cli/sandbox/up";
import { regionAddresses, type IstiodPorts } from "../../../sandbox/addresses/layout";
import { kube, type Finished } from "../../support/kube";
import { pulumi } from "../../support/pulumi";
import { makeStanding, type Standing } from "../../support/standing";

const GONE = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
const [SURVIVOR, LOST] = ["eastus", "westeurope"] as const;

interface StackExport {
  readonly deployment: { readonly resources?: readonly { readonly type: string }[] };
}

describe("a region whose cluster is gone for good", () => {
  let standing: Standing;
  let context: SandboxContext;

  before(async () => {
    standing = makeStanding();
    const third =
      "      southeastasia:\n        cidr: 10.30.0.0/16\n        labels: { mesh: enabled, integration: istio }\n";
    standing.edit("Pulumi.yaml", third, "");
    context = standing.context;
    await sandboxUp(context, new AbortController().signal);
  });
  after(() => standing.remove());

  function istiod(): IstiodPorts {
    const { block, slots } = requireIdentity(context.home);
    return regionAddresses(block, slots[SURVIVOR] ?? 0).istiod;
  }

  /** How many resources a stack's state has: all of them, and those in its cluster. */
  async function inState(stack: string): Promise<{ all: number; kubernetes: number }> {
    const { stdout } = await pulumi(context, stack, ["stack", "export"]);
    const resources = (JSON.parse(stdout) as StackExport).deployment.resources ?? [];
    return {
      all: resources.length,
      kubernetes: resources.filter(({ type }) => type.startsWith("kubernetes:")).length,
    };
  }

  const lost = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    pulumi(context, LOST, [...args, "--yes", "--skip-preview"], env);

  /** The survivor's up changes nothing, and its istiod serves. */
  async function whole(): Promise<void> {
    const up = await context.workspace.up(SURVIVOR);
    assert.deepEqual(Object.keys(up.changes), ["same"]);
    assert.match(await version(istiod()), /^\d+\.\d+/);
    const own = (await clusters(istiod())).find(({ id }) => id === `${SURVIVOR}-cluster`);
    assert.equal(own?.syncStatus, "synced");
  }

  it("leaves the other region whole, and its own state too", async () => {
    const before = await inState(LOST);
    const address = String((await context.workspace.outputs(LOST))["apiAddress"]);
    await context.daemon.call("POST", `/sandbox/clusters/${LOST}-cluster/stop`);
    await whole();
    for (const command of ["refresh", "destroy"]) {
      const { code, stdout, stderr } = await lost([command]);
      assert.notEqual(code, 0);
      assert.match(
        stdout + stderr,
        new RegExp(`cluster ${LOST}-cluster: the API server \\S+ cannot be reached`),
      );
      assert.ok((stdout + stderr).includes(address.replace(/^https:\/\//, "")), "its address is named");
      assert.deepEqual(await inState(LOST), before);
    }
    console.log(
      `      cluster away: ${before.all} of ${before.all} resources still in state, other region unchanged`,
    );
  });

  it("is left by the other one, given up by name and destroyed", async () => {
    standing.edit("Pulumi.yaml", "first.\n    default: []", `first.\n    default: [${LOST}]`);
    prepareProject(context, requireIdentity(context.home), process.env["SANDBOX_TEST_CHARTS"] ?? "");
    await context.workspace.up(SURVIVOR);
    assert.deepEqual((await context.workspace.outputs(SURVIVOR))["linkedPeers"], []);
    const left = await kube(context, SURVIVOR).run([
      ...["-n", "istio-system", "get", "secrets", "-l", "istio/multiCluster=true", "-o", "name"],
    ]);
    assert.equal(left.stdout, "");

    // As with the official plugin a Release is not given up by a deletion, only by a refresh.
    const early = await lost(["destroy"], GONE);
    assert.notEqual(early.code, 0);
    assert.match(early.stdout + early.stderr, /Helm release \S+ cannot be deleted/);
    const refreshed = await lost(["refresh"], GONE);
    assert.equal(refreshed.code, 0, refreshed.stdout + refreshed.stderr);
    assert.equal((await inState(LOST)).kubernetes, 0);
    const destroyed = await lost(["destroy"]);
    assert.equal(destroyed.code, 0, destroyed.stdout + destroyed.stderr);
    assert.equal((await inState(LOST)).all, 0);
    const { resources } = await context.daemon.report();
    assert.deepEqual(
      resources.filter((id) => id.includes(LOST)),
      [],
    );
    await whole();
    console.log(
      "      given up and destroyed: 0 resources left in state, 0 in Azure, other region unchanged",
    );
  });
});
