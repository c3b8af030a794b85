import assert from "node:assert/strict";
import { workloadObjects } from "../../../cli/sandbox/workloads";
import { service } from "../../../istio/intent";

const named = (services: Parameters<typeof service>[0][]): string[] =>
  workloadObjects([{ services: services.map(service) }]).map(
    ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
  );

describe("what runs behind the services of the catalog", () => {
  it("is an account, a Service, and a Deployment of each version", () => {
    assert.deepEqual(
      named([{ name: "cart", namespace: "shop", port: 80, versions: { v2: 20, v1: 80 }, access: [] }]),
      ["ServiceAccount shop/cart", "Service shop/cart", "Deployment shop/cart-v1", "Deployment shop/cart-v2"],
    );
    assert.deepEqual(
      named([{ name: "cart", namespace: "shop", port: 80, serviceAccount: "buyer", access: [] }]),
      ["ServiceAccount shop/buyer", "Service shop/cart", "Deployment shop/cart"],
    );
    assert.deepEqual(
      named([
        { name: "cart", namespace: "shop", port: 80, rollout: { stable: "v1", canary: "v2" }, access: [] },
      ]).slice(2),
      ["Deployment shop/cart-v1", "Deployment shop/cart-v2"],
    );
  });

  it("listens where a user without privileges may, under the name by which Services and ServiceEntries find it", () => {
    for (const [port, targetPort, expected] of [
      [80, undefined, 8080],
      [80, 3000, 3000],
      [9000, 443, 8443],
    ] as const) {
      const args = {
        name: "cart",
        namespace: "shop",
        port,
        access: [],
        ...(targetPort === undefined ? {} : { targetPort }),
      };
      const [, found, deployment] = workloadObjects([{ services: [service(args)] }]);
      assert.match(JSON.stringify(found), new RegExp(`"port":${port},"targetPort":"http"`));
      assert.match(
        JSON.stringify(deployment),
        new RegExp(`"ports":\\[{"name":"http","containerPort":${expected}}\\]`),
      );
    }
  });
});
