import assert from "node:assert/strict";
import { place, type NodeView } from "../../../sandbox/node/scheduling";
import type { NodeRequirement } from "../../../sandbox/node/types";
import { containerOf, podOf } from "./support";

function node(name: string, fields: Partial<NodeView> = {}): NodeView {
  return {
    name,
    labels: { "kubernetes.io/hostname": name, disk: name === "a" ? "ssd" : "hdd", size: "4" },
    taints: [],
    unschedulable: false,
    allocatable: { cpu: "4", memory: "8Gi", pods: "10" },
    pods: [],
    ...fields,
  };
}

const owned = (uid: string) =>
  podOf({}, { uid, ownerReferences: [{ kind: "ReplicaSet", name: "rs", uid: "rs", controller: true }] });
const required = (...matchExpressions: NodeRequirement[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
  },
});

describe("place", () => {
  it("takes the node with fewer pods of the same owner before the one with fewer pods", () => {
    const nodes = [node("a", { pods: [owned("1")] }), node("b", { pods: [podOf(), podOf(), podOf()] })];
    assert.deepEqual(place(owned("2"), nodes), { node: "b" });
    assert.deepEqual(place(podOf(), nodes), { node: "a" });
  });

  it("minds the node selector", () => {
    assert.deepEqual(place(podOf({ nodeSelector: { disk: "hdd" } }), [node("a"), node("b")]), { node: "b" });
  });

  const table: [NodeRequirement, string | undefined][] = [
    [{ key: "disk", operator: "In", values: ["hdd"] }, "b"],
    [{ key: "disk", operator: "NotIn", values: ["ssd"] }, "b"],
    [{ key: "disk", operator: "Exists" }, "a"],
    [{ key: "disk", operator: "DoesNotExist" }, undefined],
    [{ key: "size", operator: "Gt", values: ["3"] }, "a"],
    [{ key: "size", operator: "Lt", values: ["3"] }, undefined],
  ];
  for (const [requirement, expected] of table)
    it(`minds required affinity ${requirement.operator}`, () => {
      const decision = place(podOf(required(requirement)), [node("a"), node("b")]);
      if (expected !== undefined) assert.deepEqual(decision, { node: expected });
      else assert.ok("reason" in decision);
    });

  it("finds the one node that a DaemonSet's pod is for", () => {
    const terms = [{ matchFields: [{ key: "metadata.name", operator: "In" as const, values: ["b"] }] }];
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    };
    assert.deepEqual(place(podOf({ affinity }), [node("a"), node("b")]), { node: "b" });
  });

  it("goes to a tainted node only with a toleration", () => {
    const tainted = node("a", { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] });
    assert.ok("reason" in place(podOf(), [tainted]));
    for (const toleration of [
      { key: "gpu", value: "yes" },
      { key: "gpu", operator: "Exists" as const },
      { operator: "Exists" as const },
    ])
      assert.deepEqual(place(podOf({ tolerations: [toleration] }), [tainted]), { node: "a" });
    assert.ok("reason" in place(podOf({ tolerations: [{ key: "gpu", value: "no" }] }), [tainted]));
    assert.deepEqual(place(podOf(), [node("a", { taints: [{ key: "x", effect: "PreferNoSchedule" }] })]), {
      node: "a",
    });
  });

  it("says what is wrong with each node, in the scheduler's words", () => {
    const hungry = podOf({ containers: [containerOf({ resources: { requests: { cpu: "3" } } })] });
    const nodes = [
      node("a", { pods: [hungry] }),
      node("b", { unschedulable: true }),
      node("c", { allocatable: { cpu: "4", memory: "1Gi", pods: "0" } }),
    ];
    assert.deepEqual(place(hungry, nodes), {
      reason: "0/3 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) were unschedulable.",
    });
    assert.deepEqual(place(hungry, []), { reason: "0/0 nodes are available: there is no node." });
  });
});
