import assert from "node:assert/strict";
import { AddressPool } from "../../../sandbox/cloud";
import { namedAddress, plan, pooledAddress } from "../../../sandbox/cloud/service";
import type { KubeClient, KubeObject } from "../../../sandbox/kube";

function service(name: string, ip?: string, annotations: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  };
}

const pool = (services: readonly KubeObject[]) => {
  const kube = { list: () => Promise.resolve(services) } as unknown as KubeClient;
  return new AddressPool(kube, "eastus", (n) => `127.9.1.${n}`);
};

describe("addresses of a cluster's own load balancer", () => {
  it("are given without Azure's annotations, and whatever these say", () => {
    const named = { "service.beta.kubernetes.io/azure-pip-name": "gateway" };
    for (const one of [service("web"), service("web", undefined, named)]) {
      assert.deepEqual(plan(one, pooledAddress), {
        action: "bind",
        to: { resourceGroup: "pool", name: "shop.web" },
      });
      assert.equal(plan(one, namedAddress).action, "refuse");
    }
  });

  it("are one for each Service, the same at each asking, and free again after it", async () => {
    const addresses = pool([]);
    const [web, api] = await Promise.all(
      ["eastus/shop/web", "eastus/shop/api"].map((owner) => addresses.bind({ owner })),
    );
    assert.deepEqual([web, api], [{ ip: "127.9.1.1" }, { ip: "127.9.1.2" }]);
    assert.deepEqual(await addresses.bind({ owner: "eastus/shop/web" }), web);
    await addresses.release({ owner: "eastus/shop/web" });
    assert.deepEqual(await addresses.bind({ owner: "eastus/shop/new" }), { ip: "127.9.1.1" });
  });

  it("are not given twice by a controller that was started anew", async () => {
    const addresses = pool([service("web", "127.9.1.1"), service("late")]);
    assert.deepEqual(await addresses.bind({ owner: "eastus/shop/late" }), { ip: "127.9.1.2" });
    assert.deepEqual(await addresses.bind({ owner: "eastus/shop/web" }), { ip: "127.9.1.1" });
  });
});
