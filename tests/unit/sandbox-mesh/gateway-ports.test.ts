import assert from "node:assert/strict";
import type { FollowOptions, KubeClient, KubeObject } from "../../../sandbox/kube";
import { GatewayPorts } from "../../../sandbox/node/mesh/gateway-ports";
import { podOf } from "../sandbox-node/support";

const LABELS = { istio: "ingressgateway" };
const pod = podOf({}, { labels: LABELS });

function service(ports: readonly object[], selector: object = LABELS): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `service-${JSON.stringify(ports).length}`, namespace: "shop" },
    spec: { selector, ports },
  };
}

/** A cluster with these Services and Gateways, which tells of further ones when it is asked to. */
function cluster(services: KubeObject[], gateways: KubeObject[] = []) {
  const followed = new Map<string, FollowOptions>();
  const kube = {
    follow: async (path: string, o: FollowOptions) => {
      followed.set(path, o);
      await o.onSync(path.endsWith("/services") ? services : gateways);
    },
  } as unknown as KubeClient;
  return {
    kube,
    tell: (path: string, type: "ADDED" | "DELETED", object: KubeObject) =>
      followed.get(path)?.onEvent({ type, object }),
  };
}

describe("the ports of gateways", () => {
  it("are those of the Services that lead to the pod and of all Gateways", async () => {
    const gateway = {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: "odd", namespace: "myapp" },
      spec: { servers: [{ port: { number: 9443 } }] },
    };
    let changes = 0;
    const own = service([{ name: "http2", port: 80, targetPort: 80 }]);
    const { kube, tell } = cluster([own, service([{ name: "x", port: 81 }], { app: "other" })]);
    const ports = new GatewayPorts(kube, () => (changes += 1));
    await ports.start();
    assert.deepEqual(ports.listeners([pod]), [80]);
    const before = changes;
    await tell("/apis/networking.istio.io/v1/gateways", "ADDED", gateway);
    assert.deepEqual([ports.listeners([pod]), changes], [[80, 9443], before + 1]);
    await tell("/apis/networking.istio.io/v1/gateways", "DELETED", gateway);
    assert.deepEqual(ports.listeners([pod]), [80]);
  });

  it("are found by the names of the Service's ports where they can be had, no two at one", async () => {
    const { kube } = cluster([
      service([
        { name: "status-port", port: 15021, targetPort: 15021 },
        { name: "http2", port: 80, targetPort: 80 },
        { name: "alt", port: 8000, targetPort: 8080 },
        { name: "tls", port: 15443, targetPort: 15443 },
        { port: 443, targetPort: 443 },
      ]),
    ]);
    const ports = new GatewayPorts(kube, () => undefined);
    await ports.start();
    const { relay, named } = ports.served(pod);
    assert.deepEqual(named, { http2: 8081, alt: 8080, tls: 15443 });
    assert.deepEqual(
      relay
        .map(({ port, target, socket }) => [target, port, socket])
        .toSorted((a, b) => Number(a[0]) - Number(b[0])),
      [
        [80, 8081, "gateway-80"],
        [443, 8443, "gateway-443"],
        [8080, 8080, "gateway-8080"],
        [15443, 15443, "gateway-15443"],
      ],
    );
  });
});
