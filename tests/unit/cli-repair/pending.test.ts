import assert from "node:assert/strict";
import type { Repair, RepairStack } from "../../../cli/repair/finding";
import { findPending } from "../../../cli/repair/pending";
import { UNCONFIRMED, UNFINISHED } from "../../../cli/repair/plan";
import type { Deployment, StateResource } from "../../../cli/repair/state";
import { deployment, group, network, NETWORK_ID, pending, resource } from "./support";

/** A stack whose state goes in and out as text, and whose providers know the ids that they are given. */
class FakeStack implements RepairStack {
  readonly name = "eastus";
  readonly targets: string[][] = [];
  /** Called instead of a refresh; a throw is one that failed. */
  onRefresh: (targets: readonly string[]) => void;

  constructor(
    public state: Deployment,
    private readonly existing: readonly string[] = [],
  ) {
    this.onRefresh = (targets) => this.refresh(targets);
  }

  pulumi(args: readonly string[], input?: string): Promise<string> {
    if (args[0] === "refresh") {
      const targets = args.filter((_, at) => args[at - 1] === "--target");
      this.targets.push(targets);
      this.onRefresh(targets);
    }
    if (args[1] === "import") this.state = (JSON.parse(input ?? "") as { deployment: Deployment }).deployment;
    return Promise.resolve(JSON.stringify({ version: 3, deployment: this.state }));
  }

  /** As the engine: refuses a target that is not there, drops what does not exist, takes the mark from the rest. */
  refresh(targets: readonly string[]): void {
    const resources = this.state.resources ?? [];
    for (const urn of targets)
      assert.ok(
        resources.some((one) => one.urn === urn),
        `no target ${urn}`,
      );
    this.state = {
      ...this.state,
      resources: resources
        .filter(({ urn, id }) => !targets.includes(urn) || this.existing.includes(id ?? ""))
        .map((one) => (targets.includes(one.urn) ? { ...one, initErrors: [] } : one)),
    };
  }

  get networks(): readonly StateResource[] {
    return (this.state.resources ?? []).filter(({ urn }) => urn === network.urn);
  }
}

async function mendAll(repairs: readonly Repair[]): Promise<string[]> {
  const said: string[] = [];
  for (const { mend } of repairs) said.push((await mend?.(() => undefined)) ?? "no mend");
  return said;
}

describe("repair: interrupted operations", () => {
  const creating = (): Deployment => deployment([group], [pending("creating", network)]);
  const account = resource("kubernetes:core/v1:ServiceAccount", "a", {
    inputs: { metadata: { name: "a", namespace: "team" } },
  });

  it("takes what exists into the state, for the next update to finish", async () => {
    const stack = new FakeStack(creating(), [NETWORK_ID]);
    assert.match((await mendAll(await findPending(stack)))[0] ?? "", /^exists/);
    assert.deepEqual(stack.networks, [{ ...network, id: NETWORK_ID, initErrors: [UNFINISHED] }]);
  });

  it("run again after it was broken off, has the resource once and to be kept", async () => {
    const stack = new FakeStack(creating(), [NETWORK_ID]);
    stack.onRefresh = () => {
      throw new Error("broken off");
    };
    await assert.rejects(mendAll(await findPending(stack)), /broken off/);
    assert.deepEqual(stack.networks[0]?.initErrors, [UNCONFIRMED]);
    stack.onRefresh = (targets) => stack.refresh(targets);
    assert.match((await mendAll(await findPending(stack)))[0] ?? "", /^exists/);
    assert.deepEqual(
      stack.networks.map(({ id, delete: gone }) => [id, gone]),
      [[NETWORK_ID, undefined]],
    );
    assert.deepEqual(stack.networks[0].initErrors, [UNFINISHED]);
  });

  it("is found again where the refresh read a resource and failed afterwards", async () => {
    const stack = new FakeStack(creating(), [NETWORK_ID]);
    stack.onRefresh = (targets) => {
      stack.refresh(targets);
      throw new Error("the next one failed");
    };
    await assert.rejects(mendAll(await findPending(stack)), /the next one failed/);
    assert.deepEqual(stack.networks[0]?.initErrors, [UNCONFIRMED]);
    assert.equal((await findPending(stack)).length, 1);
  });

  it("does nothing to a state in which an update has made the resource meanwhile", async () => {
    const stack = new FakeStack(creating(), [NETWORK_ID]);
    const found = await findPending(stack);
    const made = { ...network, id: NETWORK_ID };
    stack.state = deployment([group, made]);
    assert.match((await mendAll(found))[0] ?? "", /left as it is/);
    assert.deepEqual(stack.networks, [made]);
    assert.deepEqual(stack.targets, []);
  });

  it("refuses to do what was not shown", async () => {
    const stack = new FakeStack(creating(), [NETWORK_ID]);
    const found = await findPending(stack);
    const other = {
      ...network,
      urn: `${network.urn}-2`,
      inputs: { resourceGroupName: "g", virtualNetworkName: "m" },
    };
    const before = deployment([group], [pending("creating", network), pending("creating", other)]);
    stack.state = before;
    await assert.rejects(mendAll(found), /the state of eastus has changed/);
    assert.equal(stack.state, before);
  });

  it("asks again only for what the state still has", async () => {
    const slow = { ...network, outputs: { provisioningState: "Creating" } };
    const state = deployment([group], [pending("creating", network), pending("creating", account)]);
    const stack = new FakeStack(state, [NETWORK_ID]);
    let rounds = 0;
    stack.onRefresh = (targets) => {
      stack.refresh(targets);
      rounds += 1;
      const outputs = rounds === 1 ? slow.outputs : {};
      const resources = (stack.state.resources ?? []).map((one) =>
        one.urn === network.urn ? { ...one, outputs } : one,
      );
      stack.state = { ...stack.state, resources };
    };
    const said = await mendAll(await findPending(stack));
    assert.match(said[0] ?? "", /^exists/);
    assert.match(said[1] ?? "", /^does not exist; forgotten/);
    assert.deepEqual(stack.targets, [[network.urn, account.urn], [network.urn]]);
  });

  it("still reads what another refresh has dropped from the list", async () => {
    const standing = { ...account, id: "team/a" };
    const stack = new FakeStack(deployment([group, standing], [pending("updating", standing)]), ["team/a"]);
    const found = await findPending(stack);
    stack.state = deployment([group, standing]);
    await mendAll(found);
    assert.deepEqual(stack.targets, [[account.urn]]);
  });
});
