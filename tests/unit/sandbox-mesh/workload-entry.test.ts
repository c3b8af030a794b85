import assert from "node:assert/strict";
import { workloadEntry } from "../../../sandbox/node/mesh/workload-entry";
import { containerOf, podOf } from "../sandbox-node/support";

describe("the registration of a pod", () => {
  const place = { address: "127.1.3.4", region: "eastus", zone: "eastus-1" };
  const pod = podOf(
    {
      serviceAccountName: "buyer",
      containers: [
        containerOf({ ports: [{ name: "http", containerPort: 8080 }, { containerPort: 9000 }] }),
        containerOf({
          name: "istio-proxy",
          image: "docker.io/istio/proxyv2:1",
          ports: [{ name: "http-envoy-prom", containerPort: 15090 }],
        }),
      ],
    },
    { labels: { app: "cart", "sandbox/simulated": "partly", "topology.istio.io/network": "network1" } },
  );
  const { metadata, spec } = workloadEntry(pod, place) as unknown as {
    metadata: { ownerReferences: { uid: string }[] };
    spec: Record<string, unknown>;
  };

  it("says what istiod wants to know of an endpoint: address, labels, identity, locality, network", () => {
    assert.deepEqual(spec, {
      address: "127.1.3.4",
      labels: {
        "security.istio.io/tlsMode": "disabled",
        app: "cart",
        "topology.istio.io/network": "network1",
      },
      serviceAccount: "buyer",
      locality: "eastus/eastus-1",
      network: "network1",
      ports: { http: 8080 },
    });
  });

  it("belongs to its pod", () => {
    assert.deepEqual(
      metadata.ownerReferences.map(({ uid }) => uid),
      ["uid-1"],
    );
  });

  it("leaves out what is not known", () => {
    const bare = workloadEntry(podOf(), place)["spec"] as Record<string, unknown>;
    assert.deepEqual(Object.keys(bare).toSorted(), ["address", "labels", "locality", "serviceAccount"]);
    assert.equal(bare["serviceAccount"], "default");
  });
});
