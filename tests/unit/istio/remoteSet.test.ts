import assert from "node:assert/strict";
import {
  namespacesWithoutMode,
  workloadsWithoutPolicy,
  type SetObject,
} from "../../../istio/rules/objectSet";

const namespace = (name: string, metadata: object): SetObject => ({
  kind: "Namespace",
  label: `Namespace ${name}`,
  object: { metadata: { name, ...metadata } },
});
const workload: SetObject = {
  kind: "Deployment",
  label: "Deployment production/app",
  object: {
    metadata: { name: "app", namespace: "production" },
    spec: { template: { metadata: { labels: { app: "app" } }, spec: { containers: [] } } },
  },
};
const set = (annotations: object | undefined): readonly SetObject[] => [
  namespace("istio-system", annotations === undefined ? {} : { annotations }),
  namespace("production", { labels: { "istio-injection": "enabled" } }),
  workload,
];
const REMOTE = "topology.istio.io/controlPlaneClusters";

describe("the objects of a cluster whose istiod is in another", () => {
  it("need no policy beside them, since istiod reads its own cluster's", () => {
    const remote = set({ [REMOTE]: "eastus-cluster" });
    assert.deepEqual([namespacesWithoutMode(remote), workloadsWithoutPolicy(remote)], [[], []]);
  });

  it("need it in every other cluster", () => {
    for (const other of [set(undefined), set({ "example.com/note": "x" })]) {
      assert.deepEqual([namespacesWithoutMode(other).length, workloadsWithoutPolicy(other).length], [1, 1]);
    }
    const elsewhere = [
      ...set(undefined),
      namespace("other", { annotations: { [REMOTE]: "eastus-cluster" } }),
    ];
    assert.equal(namespacesWithoutMode(elsewhere).length, 1);
  });
});
