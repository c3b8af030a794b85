import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SIMULATED_LABEL } from "../../../sandbox/node";
import type { Pod } from "../../../sandbox/node/types";
import { eventOf, eventually, makeNamespace, startCluster, type TestCluster } from "./support/cluster";

const container = { name: "main", image: "example.org/shop/cart:2" };

describe("a node agent without programs", function () {
  this.timeout(900_000);
  let cluster: TestCluster;

  before(async () => {
    cluster = await startCluster();
    await makeNamespace(cluster.kube, "shop");
  });
  after(() => (cluster as TestCluster | undefined)?.stop());

  const pods = async (labelSelector: string) =>
    (await cluster.kube.list({ apiVersion: "v1", kind: "Pod", namespace: "shop", labelSelector })) as Pod[];
  const isReady = (pod: Pod) =>
    pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

  it("registers nodes that the controller manager takes for healthy", async () => {
    const nodes = await eventually("two nodes without taints", 120_000, async () => {
      const found = await cluster.kube.list({ apiVersion: "v1", kind: "Node" });
      const healthy = found.filter(
        (node) => (node["spec"] as { taints?: unknown } | undefined)?.taints === undefined,
      );
      return healthy.length === 2 ? healthy : undefined;
    });
    const zones = nodes.map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]).toSorted();
    assert.deepEqual(zones, ["eastus-1", "eastus-2"]);
    const leases = await cluster.kube.list({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: "kube-node-lease",
    });
    assert.equal(leases.length, 2);
  });

  it("makes a Deployment available, spread over the nodes, its pods labelled and counted", async () => {
    const labels = { app: "cart" };
    await cluster.kube.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "cart", namespace: "shop" },
      spec: {
        replicas: 4,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            initContainers: [
              { name: "setup", image: "example.org/setup:1" },
              { name: "sidecar", image: "example.org/sidecar:1", restartPolicy: "Always" },
            ],
            containers: [container],
          },
        },
      },
    });
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "cart", namespace: "shop" },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    await eventually("available Deployment", 120_000, async () => {
      const found = await cluster.kube.get({
        apiVersion: "apps/v1",
        kind: "Deployment",
        namespace: "shop",
        name: "cart",
      });
      const status = found?.["status"] as { availableReplicas?: number } | undefined;
      return status?.availableReplicas === 4 ? true : undefined;
    });
    const found = await pods("app=cart");
    assert.deepEqual(found.map((pod) => pod.spec.nodeName).toSorted(), [
      "eastus-node-1",
      "eastus-node-1",
      "eastus-node-2",
      "eastus-node-2",
    ]);
    assert.ok(found.every((pod) => pod.metadata.labels?.[SIMULATED_LABEL] === "true"));
    assert.equal(new Set(found.map((pod) => pod.status?.podIP)).size, 4);
    const [setup, sidecar] = found[0]?.status?.initContainerStatuses ?? [];
    assert.equal(setup?.state.terminated?.reason, "Completed");
    assert.ok(sidecar?.state.running !== undefined && sidecar.ready && sidecar.started);
    assert.equal(cluster.agent.simulatedPods(), 4);
    const slices = await eventually("endpoints of all pods", 120_000, async () => {
      const [slice] = await cluster.kube.list({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace: "shop",
      });
      const endpoints = slice?.["endpoints"] as { conditions: { ready: boolean } }[] | undefined;
      return endpoints?.length === 4 && endpoints.every(({ conditions }) => conditions.ready)
        ? endpoints
        : undefined;
    });
    assert.equal(slices.length, 4);
  });

  it("lets a Job succeed", async () => {
    await cluster.kube.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "once", namespace: "shop" },
      spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
    });
    await eventually("completed Job", 120_000, async () => {
      const job = await cluster.kube.get({
        apiVersion: "batch/v1",
        kind: "Job",
        namespace: "shop",
        name: "once",
      });
      return (job?.["status"] as { succeeded?: number } | undefined)?.succeeded === 1 ? true : undefined;
    });
  });

  it("leaves a pod pending that fits nowhere, and says why", async () => {
    const pod = await cluster.kube.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "misfit", namespace: "shop" },
      spec: { nodeSelector: { disk: "ssd" }, containers: [container] },
    });
    const words = await eventually("FailedScheduling event", 120_000, () =>
      eventOf(cluster.kube, pod, "FailedScheduling"),
    );
    assert.equal(words, "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
    const now = (await cluster.kube.get({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "shop",
      name: "misfit",
    })) as Pod;
    assert.equal(now.status?.phase, "Pending");
  });

  it("keeps the pods over a restart, at their addresses", async () => {
    const before = await pods("app=cart");
    await cluster.restartAgent();
    const after = await pods("app=cart");
    const seen = (found: Pod[]) =>
      found.map((pod) => [pod.metadata.uid, pod.status?.podIP, isReady(pod)]).toSorted();
    assert.deepEqual(seen(after), seen(before));
  });

  it("gives its pods over to an agent with programs, which takes label and address off them", async () => {
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "late", namespace: "shop", labels: { app: "late" } },
      spec: { containers: [{ ...container, image: "global-mesh-sandbox-app:1" }] },
    });
    const late = (what: string, isSo: (pod: Pod) => boolean) =>
      eventually(what, 120_000, async () => {
        const [pod] = await pods("app=late");
        return pod !== undefined && isSo(pod) ? pod : undefined;
      });
    const before = await late("simulated pod", isReady);
    assert.notEqual(before.status?.podIP, undefined);
    const app = join(cluster.folder, "app.js");
    writeFileSync(app, "setInterval(() => undefined, 1_000);");
    await cluster.restartAgent({ dataPlane: { pilotAgent: "", envoy: "", bootstrap: "", app } });
    const after = await late(
      "pod with a process",
      (pod) =>
        pod.metadata.labels?.[SIMULATED_LABEL] === undefined &&
        pod.status?.containerStatuses?.[0]?.imageID === "sandbox://process" &&
        isReady(pod),
    );
    assert.deepEqual([after.status?.podIP, after.status?.podIPs], [undefined, undefined]);
    await cluster.restartAgent();
    const again = await late("simulated pod with an address", ({ status }) => status?.podIP !== undefined);
    assert.equal(again.metadata.labels?.[SIMULATED_LABEL], "true");
  });

  it("deletes a pod for good", async () => {
    await cluster.kube.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "cart" });
    await eventually("end of the pods", 120_000, async () =>
      (await pods("app=cart")).length === 0 ? true : undefined,
    );
  });
});
