import assert from "node:assert/strict";
import type { KubeObject } from "../../../sandbox/kube";
import { eventOf, eventually, makeNamespace, startCluster, type TestCluster } from "./support/cluster";
import { FakePublicIps } from "./support/public-ips";

const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

describe("Services of type LoadBalancer", function () {
  this.timeout(900_000);
  const publicIps = new FakePublicIps({ "network/gateway": "127.9.1.1", "network/spare": "127.9.1.2" });
  let cluster: TestCluster;

  before(async () => {
    cluster = await startCluster({ publicIps });
    await makeNamespace(cluster.kube, "edge");
  });
  after(() => (cluster as TestCluster | undefined)?.stop());

  const ref = (name: string) => ({ apiVersion: "v1", kind: "Service", namespace: "edge", name });
  const create = (name: string, annotations: Record<string, string>) =>
    cluster.kube.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "edge", annotations },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    });
  const annotations = (pip: string) => ({
    "service.beta.kubernetes.io/azure-pip-name": pip,
    "service.beta.kubernetes.io/azure-load-balancer-resource-group": "network",
  });
  const ip = (service: KubeObject | undefined) =>
    (service?.["status"] as { loadBalancer?: { ingress?: { ip: string }[] } } | undefined)?.loadBalancer
      ?.ingress?.[0]?.ip;
  const withIp = (name: string, wanted: string) =>
    eventually(`address ${wanted} of ${name}`, 120_000, async () => {
      const service = await cluster.kube.get(ref(name));
      return ip(service) === wanted ? service : undefined;
    });

  it("get the public IP address that they name, and are held until it is released", async () => {
    await create("gateway", annotations("gateway"));
    const service = await withIp("gateway", "127.9.1.1");
    assert.deepEqual(service.metadata.finalizers, [FINALIZER]);
    assert.equal(publicIps.bound.get("network/gateway"), "eastus/edge/gateway");
  });

  it("are refused with the cloud's words, and tried again", async () => {
    const late = await create("late", annotations("gateway"));
    const words = await eventually("event", 120_000, () =>
      eventOf(cluster.kube, late, "SyncLoadBalancerFailed"),
    );
    assert.equal(
      words,
      "Error syncing load balancer: PublicIPAddressInUse: network/gateway is bound to eastus/edge/gateway",
    );
  });

  it("move to another address when the annotation changes, and the waiting one takes the free one", async () => {
    await cluster.kube.patch(ref("gateway"), { metadata: { annotations: annotations("spare") } });
    await withIp("gateway", "127.9.1.2");
    await withIp("late", "127.9.1.1");
    assert.equal(publicIps.bound.get("network/spare"), "eastus/edge/gateway");
  });

  it("without annotations are refused with what is missing", async () => {
    const bare = await create("bare", {});
    const words = await eventually("event", 120_000, () =>
      eventOf(cluster.kube, bare, "SyncLoadBalancerFailed"),
    );
    assert.match(words, /azure-pip-name and .*azure-load-balancer-resource-group/);
    assert.equal((await cluster.kube.get(ref("bare")))?.metadata.finalizers, undefined);
  });

  it("let their address go when they are deleted", async () => {
    for (const name of ["gateway", "late", "bare"]) await cluster.kube.delete(ref(name));
    for (const name of ["gateway", "late", "bare"])
      await eventually(`end of ${name}`, 120_000, async () =>
        (await cluster.kube.get(ref(name))) === undefined ? true : undefined,
      );
    assert.equal(publicIps.bound.size, 0);
    const settled = publicIps.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(publicIps.calls.length, settled, "nothing is asked of the cloud any more");
  });
});
