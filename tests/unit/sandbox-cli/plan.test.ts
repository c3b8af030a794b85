import assert from "node:assert/strict";
import { exampleRequest } from "../../../cli/sandbox/example";
import { planWorkloads, workloadKey, type Workload } from "../../../cli/sandbox/plan";
import { aiAgent } from "../../../catalog/ai-agent";
import { crossClusterTest } from "../../../catalog/cross-cluster-test";
import { microservices } from "../../../catalog/microservices";
import { service } from "../../../istio/intent";

const names = (workloads: readonly Workload[]): string[] =>
  workloads.map((workload) => `${workload.region} ${workloadKey(workload).split("/")[1] ?? ""}`);

const everywhere = (services: Workload["service"][], ...regions: string[]) =>
  regions.map((region) => ({ region, services }));

describe("places for workloads", () => {
  const small = [...aiAgent.services, ...crossClusterTest.services];

  it("are enough for what runs by default beside three gateways", () => {
    const { run, leftOut } = planWorkloads(everywhere(small, "a", "b", "c"), {}, 13);
    assert.deepEqual([run.length, leftOut.length], [12, 0]);
  });

  it("go to whole services of the first region, then to the others one after another", () => {
    const { run, leftOut } = planWorkloads(everywhere(small, "a", "b"), {}, 6);
    assert.deepEqual(names(run), [
      "a ai-agent-v1",
      "a test-app",
      "a test-client",
      "a ai-agent-v2",
      "b ai-agent-v1",
      "b test-app",
    ]);
    assert.deepEqual(names(leftOut), ["b test-client", "b ai-agent-v2"]);
    assert.deepEqual(planWorkloads(everywhere(small, "a"), {}, -2).run, []);
  });

  it("go to versions that requests reach before those that none reaches", () => {
    const { run } = planWorkloads(everywhere([...microservices.services], "a", "b"), {}, 10);
    assert.deepEqual(names(run).slice(8), ["a frontend-v2", "a product-service-v2"]);
    const canary = planWorkloads(
      everywhere([...microservices.services], "a"),
      { "microservices/api-gateway": 25 },
      9,
    );
    assert.deepEqual(names(canary.run).slice(8), ["a api-gateway-v2"]);
  });

  it("start with the version that most requests go to", () => {
    const args = { name: "cart", namespace: "shop", port: 80, access: [] };
    const cart = service({ ...args, versions: { blue: 10, green: 90 } });
    assert.deepEqual(names(planWorkloads(everywhere([cart], "a"), {}, 1).run), ["a cart-green"]);
    const elsewhere = service({
      ...args,
      versions: { v1: 100, v2: 0 },
      routes: [
        { name: "x", match: { path: { prefix: "/x" } }, to: { service: "shop/other", version: "v2" } },
      ],
    });
    const first = planWorkloads(everywhere([elsewhere, cart], "a"), {}, 9).run;
    assert.deepEqual(names(first), ["a cart-v1", "a cart-green", "a cart-blue", "a cart-v2"]);
  });
});

describe("the request that a report suggests", () => {
  const example = (...services: Workload["service"][]): string | undefined =>
    exampleRequest(services.map((one) => ({ region: "eastus", service: one, version: undefined })));

  it("is one that the catalog lets through", () => {
    assert.equal(example(...aiAgent.services), "--from eastus/ai-agent http://ai-agent.global/api/health");
    assert.equal(example(...crossClusterTest.services), "--from eastus/test-client http://test-app.global/");
    assert.equal(
      example(...microservices.services),
      "--from eastus/frontend http://api-gateway.microservices.svc.cluster.local:8080/",
    );
  });

  it("is none where nobody may ask without a token, by GET, or runs", () => {
    const args = { namespace: "shop", port: 80 };
    const buyer = service({ ...args, name: "buyer", access: [] });
    const from = ["shop/buyer"];
    for (const access of [
      [{ from, methods: ["POST"] }],
      [{ from, token: {} }],
      [{ from: ["shop/seller"] }],
      [],
    ])
      assert.equal(example(service({ ...args, name: "cart", access }), buyer), undefined);
  });
});
