import assert from "node:assert/strict";
import { readMessages } from "../../../cli/verify/ask/analyze";
import { askIstiod, readProxies, readRejects, readWorkloads } from "../../../cli/verify/ask/istiod";
import { globalRoots, NoRegionError, regionOutputs } from "../../../cli/verify/ask/outputs";
import { PulumiFailure } from "../../../cli/repair/stack";

const POD = { name: "istiod-1", namespace: "istio-system", revision: "default" };

/** As istiod 1.31 answers. */
const PAGES: Readonly<Record<string, string>> = {
  "/version": "1.31.1-eed52ebb66ad-Clean\n",
  "/debug/clusterz": JSON.stringify([
    { id: "eastus-cluster", syncStatus: "config" },
    {
      id: "westeurope-cluster",
      secretName: "istio-system/istio-remote-secret-westeurope-cluster",
      syncStatus: "timeout",
    },
  ]),
  "/debug/syncz": JSON.stringify([
    {
      cluster_id: "eastus-cluster",
      proxy: "frontend-1.production",
      cluster_sent: "a",
      cluster_acked: "a",
      resources: {
        "type.googleapis.com/envoy.config.cluster.v3.Cluster": { sent: "a", acked: "a" },
        "type.googleapis.com/envoy.config.listener.v3.Listener": { sent: "b", lastError: "no such filter" },
      },
    },
  ]),
  "/debug/endpointShardz": JSON.stringify({
    "ai-agent.global": {
      production: {
        Shards: {
          "External/eastus-cluster": [
            { Addresses: ["10.10.0.4"], Locality: { Label: "eastus", ClusterID: "eastus-cluster" } },
            { Addresses: ["10.20.0.4"], Locality: { Label: "westeurope", ClusterID: "westeurope-cluster" } },
          ],
        },
        ServiceAccounts: {},
      },
    },
    "ai-agent.production.svc.cluster.local": {
      production: {
        Shards: {
          "Kubernetes/westeurope-cluster": [
            { Addresses: ["10.20.0.4"], Locality: { ClusterID: "westeurope-cluster" } },
            { Addresses: ["10.20.0.5"], Locality: { ClusterID: "westeurope-cluster" } },
          ],
          "Kubernetes/eastus-cluster": null,
        },
      },
    },
  }),
  "/metrics": 'pilot_total_xds_rejects{type="cds"} 2\npilot_total_xds_rejects{type="lds"} 1\npilot_xds 4\n',
};

describe("mesh verify asks", () => {
  it("istiod for its version, clusters, proxies and refused pushes", async () => {
    const facts = await askIstiod({ get: (_, path) => Promise.resolve(PAGES[path] ?? "") }, POD);
    assert.deepEqual(
      { ...facts, clusters: facts.clusters.map(({ syncStatus }) => syncStatus) },
      {
        pod: "istiod-1",
        revision: "default",
        version: "1.31.1",
        clusters: ["config", "timeout"],
        proxies: [
          {
            proxy: "frontend-1.production",
            cluster: "eastus-cluster",
            resources: {
              Cluster: { sent: "a", acked: "a" },
              Listener: { sent: "b", lastError: "no such filter" },
            },
          },
        ],
        // An address of two services is one.
        workloads: { "eastus-cluster": 1, "westeurope-cluster": 2 },
        rejects: 3,
      },
    );
  });

  it("an istiod before 1.31 for what each proxy was sent and has acknowledged", () => {
    const proxies = [
      {
        proxy: "frontend-1.production",
        cluster_id: "eastus-cluster",
        cluster_sent: "a",
        cluster_acked: "a",
        listener_sent: "b",
        listener_acked: "older",
        route_sent: "c",
        endpoint_sent: "d",
        endpoint_acked: "d",
      },
      { proxy: "cart-1.production", cluster_id: "eastus-cluster" },
    ];
    assert.deepEqual(
      readProxies(JSON.stringify(proxies)).map(({ resources }) => resources),
      [
        {
          Cluster: { sent: "a", acked: "a" },
          ClusterLoadAssignment: { sent: "d", acked: "d" },
          Listener: { sent: "b", acked: "older" },
          RouteConfiguration: { sent: "c" },
        },
        {},
      ],
    );
  });

  it("an istiod that has nothing to say", () => {
    assert.deepEqual([readProxies("null"), readWorkloads("null")], [[], {}]);
    assert.equal(readRejects("pilot_xds 4"), 0);
  });

  it("the analyzers about the cluster itself, which they call default", () => {
    const message = (cluster: string) => ({ code: "IST0101", level: "Error", message: cluster, cluster });
    const text = JSON.stringify([message("default"), message("westeurope-cluster")]);
    assert.deepEqual(
      readMessages(text, ["westeurope-cluster"]).map((one) => one.message),
      ["default"],
    );
    assert.deepEqual([readMessages("null", []), readMessages("\n", [])], [[], []]);
  });

  describe("stacks", () => {
    const printing = (outputs: object) => (): Promise<string> => Promise.resolve(JSON.stringify(outputs));

    it("for what is judged and the kubeconfig, and keeps no other secret", async () => {
      const outputs = {
        kubeconfig: "text",
        readerCredential: { token: "secret" },
        linkedPeers: ["westeurope"],
        pendingPeers: [],
        rootFingerprint: "AA",
        policyMatrix: {},
      };
      const { facts, kubeconfig } = await regionOutputs(printing(outputs), "eastus");
      assert.equal(kubeconfig, "text");
      assert.equal(JSON.stringify(facts).includes("secret"), false);
    });

    it("that are not there, have nothing, or cannot be decrypted", async () => {
      const missing = () =>
        Promise.reject(new PulumiFailure("stack output", "eastus", "  error: no stack named 'eastus' found"));
      await assert.rejects(regionOutputs(missing, "eastus"), NoRegionError);
      await assert.rejects(regionOutputs(printing({}), "eastus"), NoRegionError);
      await assert.rejects(
        regionOutputs(printing({ clusterName: "c" }), "eastus"),
        /PULUMI_CONFIG_PASSPHRASE/,
      );
      const locked = () =>
        Promise.reject(new PulumiFailure("stack output", "eastus", "  error: incorrect passphrase"));
      await assert.rejects(regionOutputs(locked, "eastus"), PulumiFailure);
    });

    it("for the roots, all of them", async () => {
      assert.equal(await globalRoots(printing({ roots: ["one", "two"] }), "global"), "one\ntwo");
      await assert.rejects(globalRoots(printing({}), "global"), /pulumi up --stack global/);
    });
  });
});
