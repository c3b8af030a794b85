import assert from "node:assert/strict";
import { adopt, finish, underWay } from "../../../cli/repair/edit";
import { planRepair, UNCONFIRMED, UNFINISHED } from "../../../cli/repair/plan";
import type { Deployment, StateResource } from "../../../cli/repair/state";
import { deployment, group, network, NETWORK_ID, pending, resource } from "./support";

const adopted = (state: Deployment): readonly StateResource[] =>
  adopt(state, planRepair(state)).resources ?? [];
const ids = (resources: readonly StateResource[]): string[] =>
  resources.map(({ id = "", ...flags }) => {
    return [id.split("/").at(-1), flags.delete && "delete", flags.pendingReplacement && "gone"]
      .filter(Boolean)
      .join(" ");
  });

describe("repair: the edit of the state", () => {
  it("puts the resource after what it needs, unconfirmed and without outputs, and keeps all else", () => {
    const later = resource("kubernetes:core/v1:Namespace", "later", { id: "later" });
    const half = { ...network, outputs: { half: true } };
    const state = deployment([group, later], [pending("creating", half)]);
    const edited = adopt(state, planRepair(state));
    assert.deepEqual(edited, {
      manifest: { kept: true },
      resources: [group, { ...network, id: NETWORK_ID, initErrors: [UNCONFIRMED] }, later],
    });
  });

  it("counts provider, parent and property dependencies as needs", () => {
    const provider = resource("pulumi:providers:azure-native", "azure", { id: "7" });
    const parent = resource("global-mesh:cluster:Network", "parent", { id: "parent" });
    const other = resource("azure-native:network:PublicIPAddress", "ip", { id: "ip" });
    const needy = {
      ...network,
      dependencies: [],
      provider: `${provider.urn}::7`,
      parent: parent.urn,
      propertyDependencies: { a: [other.urn], b: null },
    };
    for (const last of [provider, parent, other]) {
      const first = [group, provider, parent, other].filter((one) => one !== last);
      const state = deployment([...first, last], [pending("creating", needy)]);
      assert.equal(adopted(state).at(-1)?.id, NETWORK_ID);
    }
  });

  it("drops what is forgotten", () => {
    const key = resource("tls:index/privateKey:PrivateKey", "k");
    assert.deepEqual(adopted(deployment([group], [pending("creating", key)])), [group]);
  });

  it("leaves what is replaced to be deleted, and drops the place of what was deleted first", () => {
    const old = { ...network, id: "old" };
    const state = (before: StateResource): Deployment =>
      deployment([group, before], [pending("creating", network)]);
    assert.deepEqual(ids(adopted(state(old))), ["g", "n", "old delete"]);
    assert.deepEqual(ids(adopted(state({ ...old, delete: true }))), ["g", "n", "old delete"]);
    assert.deepEqual(ids(adopted(state({ ...old, pendingReplacement: true }))), ["g", "n"]);
  });

  it("leaves what an earlier repair took in where it is", () => {
    const taken = { ...network, id: NETWORK_ID, initErrors: [UNCONFIRMED] };
    assert.deepEqual(adopted(deployment([group, taken])), [group, taken]);
  });

  it("gives back the inputs after the refresh, and forces the next update", () => {
    const state = deployment([group], [pending("creating", network)]);
    const read = { ...network, id: NETWORK_ID, inputs: { read: "back" }, outputs: { now: 1 } };
    const replaced = { ...network, id: "old", delete: true };
    const refreshed = deployment([group, read, replaced]);
    const { resources } = finish(refreshed, planRepair(state), UNFINISHED);
    assert.deepEqual(resources, [
      group,
      { ...read, inputs: network.inputs, initErrors: [UNFINISHED] },
      replaced,
    ]);
  });

  it("forces the next update of what was being deleted and still stands, as the refresh read it", () => {
    const account = resource("kubernetes:core/v1:ServiceAccount", "a", { id: "team/a", inputs: { was: 1 } });
    const state = deployment([group, account], [pending("deleting", account)]);
    const read = { ...account, inputs: { is: 1 } };
    const { resources } = finish(deployment([group, read]), planRepair(state), UNFINISHED);
    assert.deepEqual(resources, [group, { ...read, initErrors: [UNFINISHED] }]);
  });

  it("adds nothing that the refresh did not find", () => {
    const state = deployment([group], [pending("creating", network)]);
    assert.deepEqual(finish(deployment([group]), planRepair(state), UNFINISHED).resources, [group]);
  });

  const states: readonly (readonly [outputs: Record<string, unknown>, what: string | undefined])[] = [
    [{}, undefined],
    [{ provisioningState: "Succeeded" }, undefined],
    [{ provisioningState: "Failed" }, undefined],
    [{ provisioningState: "Canceled" }, undefined],
    [{ provisioningState: "Creating" }, "Creating"],
    [{ provisioningState: "Deleting" }, "Deleting"],
    [{ metadata: { deletionTimestamp: "2026-01-02T03:04:05Z" } }, "being deleted"],
    [{ metadata: { name: "n" } }, undefined],
  ];
  for (const [outputs, what] of states) {
    it(`waits for ${JSON.stringify(outputs)}: ${what ?? "no"}`, () => {
      assert.equal(underWay({ ...network, outputs }), what);
    });
  }
});
