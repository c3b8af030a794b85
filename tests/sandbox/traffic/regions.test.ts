import assert from "node:assert/strict";
import { aiAgent } from "../../../catalog/ai-agent";
import { crossClusterTest } from "../../../catalog/cross-cluster-test";
import { eventually } from "../node/support/cluster";
import { isServed } from "./support/load";
import type { TestMesh } from "./support/mesh";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";

const [HERE, THERE] = ["eastus", "westeurope"];
const CLIENT: Sender = { region: HERE, workload: "test-client" };
const AGENT: Sender = { region: HERE, workload: "ai-agent" };
const HOST = "test-app.global";

/** A workload outside the mesh: without a proxy and without an identity. */
const STRANGER = [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "stranger",
      namespace: "default",
      labels: { app: "stranger" },
    },
    spec: { containers: [{ name: "app", image: "global-mesh-sandbox-app:1" }] },
  },
];

/** Two regions under one root, each with the catalog's policies: real proxies, configured by the istiod of each. */
describe("requests across regions", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  before(async () => {
    ({ mesh, requests } = await onStage({
      regions: [HERE, THERE],
      applications: [aiAgent, crossClusterTest],
      extra: () => STRANGER,
    }));
  });

  it("reach the workloads of both, and each side knows the other by its SPIFFE name", async () => {
    for (const region of [HERE, THERE]) {
      const from = { ...CLIENT, region };
      const order = { url: `http://${HOST}/`, count: 40 };
      const results = await requests.until(
        from,
        order,
        (seen) => seen.every(isServed) && regionsOf(seen).length === 2,
      );
      await requests.expect(from, HOST, () => {
        assert.deepEqual(regionsOf(results), [HERE, THERE]);
        for (const { status, answer } of results) {
          assert.equal(status, 200);
          assert.ok(answer !== undefined);
          assert.equal(answer.caller, "spiffe://cluster.local/ns/cross-cluster-test/sa/test-client");
          assert.equal(answer.self, "spiffe://cluster.local/ns/cross-cluster-test/sa/test-app");
        }
      });
    }
  });

  it("never leave the machine from a workload without a proxy: no other is reached from loopback", async () => {
    // An address for documentation (RFC 5737), which a network may answer for all the same, or let wait.
    const order = { url: "http://198.51.100.1/", count: 1 };
    const [bare] = await requests.send({ region: HERE, workload: "stranger" }, order);
    assert.equal(bare?.error, "EINVAL");
  });

  it("are refused where the access rule names neither caller nor method", async () => {
    const other = await requests.until(
      { region: HERE, workload: "cross-cluster-test/test-app" },
      { url: `http://${HOST}/` },
      ([one]) => one?.status === 403,
    );
    const posted = await requests.send(CLIENT, { url: `http://${HOST}/`, method: "POST" });
    await requests.expect(CLIENT, HOST, () => {
      assert.deepEqual([other[0]?.status, posted[0]?.status], [403, 403]);
    });
  });

  it("find no host that is not told to the caller's namespace", async () => {
    const [result] = await requests.send(AGENT, { url: `http://${HOST}/` });
    assert.equal(result?.error, "ENOTFOUND");
  });

  it("are refused in plaintext under STRICT, without reaching the application", async () => {
    const [pod] = mesh
      .in(HERE)
      .agent.dataPlane.running()
      .filter(({ pod }) => pod.metadata.labels?.["app"] === "test-app");
    assert.ok(pod, "test-app runs");
    const order = { url: `http://${HOST}/`, connect: `${pod.address}:8080` };
    const [plain] = await requests.send({ region: HERE, workload: "stranger" }, order);
    assert.equal(plain?.status, undefined);
    assert.equal(plain?.error, "ECONNRESET");
  });

  it("go to no pod that is gone: its registration and its endpoints go with it", async () => {
    const { kube, agent } = mesh.in(HERE);
    const ref = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: "cross-cluster-test",
      name: "test-app",
    };
    await kube.patch(ref, { spec: { replicas: 0 } });
    await eventually("an empty list of registrations", 60_000, async () => {
      const entries = await kube.list({
        apiVersion: "networking.istio.io/v1",
        kind: "WorkloadEntry",
        namespace: "cross-cluster-test",
      });
      return entries.some(({ metadata }) => metadata.name.startsWith("test-app-")) ? undefined : true;
    });
    for (const region of [HERE, THERE]) {
      const from = { ...CLIENT, region };
      const order = { url: `http://${HOST}/`, count: 20 };
      const results = await requests.until(from, order, (seen) =>
        seen.every(({ answer }) => answer?.region === THERE),
      );
      await requests.expect(from, HOST, () => assert.deepEqual(regionsOf(results), [THERE]));
      // Of the Service's own cluster the proxy may learn a moment later.
      await eventually(`endpoints of ${THERE} only, in ${region}`, 60_000, async () => {
        const { endpoints } = await mesh.in(region).agent.dataPlane.beliefs(CLIENT.workload, HOST);
        const regions = new Set(endpoints.map(({ locality }) => locality.split("/")[0]));
        return [...regions].join() === THERE ? true : undefined;
      });
    }
    assert.equal(
      agent.dataPlane.running().some(({ pod }) => pod.metadata.labels?.["app"] === "test-app"),
      false,
    );
  });
});

function regionsOf(results: readonly { readonly answer?: { readonly region: string } }[]): string[] {
  return [
    ...new Set(results.flatMap(({ answer }) => (answer === undefined ? [] : [answer.region]))),
  ].toSorted();
}
