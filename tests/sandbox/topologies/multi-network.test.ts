import assert from "node:assert/strict";
import type { SandboxReport } from "../../../cli/sandbox/report";
import { kube } from "../../support/kube";
import { planned } from "../../support/pulumi";
import {
  armProperties,
  eastWestService,
  istiodSays,
  REGIONS,
  twoRegions,
  type Namespace,
  type Service,
} from "./support";

const other = (region: string): string => (region === "eastus" ? "westeurope" : "eastus");

describe("a mesh of two networks", () => {
  const standing = twoRegions("multi-network");
  let report: SandboxReport;

  before("bring it up", async () => {
    report = await standing.up();
  });
  after(() => standing.remove());

  it("is linked both ways, and each istiod has the other cluster synced", () => {
    assert.deepEqual(
      report.regions.map(({ name, mutualPeers, pendingPeers, synced }) => [
        name,
        mutualPeers,
        pendingPeers,
        synced,
      ]),
      REGIONS.map((region) => [region, [other(region)], [], [`${other(region)}-cluster`]]),
    );
  });

  it("labels each control plane with its own network", async () => {
    for (const region of REGIONS) {
      const { metadata } = await kube(standing.context, region).json<Namespace>([
        "get",
        "namespace",
        "istio-system",
      ]);
      assert.equal(metadata.labels["topology.istio.io/network"], `network-${region}`);
    }
  });

  it("has a gateway for other networks at a public address, open to the peer on one port only", async () => {
    for (const region of REGIONS) {
      const { egressAddresses } = await standing.context.workspace.outputs(other(region));
      const { eastWestAddress } = await standing.context.workspace.outputs(region);
      const { metadata, spec, status } = await kube(standing.context, region).json<Service>(eastWestService);
      assert.equal(metadata.labels["topology.istio.io/network"], `network-${region}`);
      assert.deepEqual(
        spec.ports.map(({ port }) => port),
        [15443],
      );
      const peer = (egressAddresses as string[]).map((address) => `${address}/32`);
      assert.deepEqual(spec.loadBalancerSourceRanges?.slice(1), peer);
      assert.deepEqual(
        status.loadBalancer.ingress?.map(({ ip }) => ip),
        [eastWestAddress],
      );
    }
  });

  it("tells each istiod the way into the other network", async () => {
    for (const region of REGIONS) {
      const { eastWestAddress } = await standing.context.workspace.outputs(other(region));
      const gateways = await istiodSays(standing, region, "/debug/networkz");
      assert.ok(gateways.includes(String(eastWestAddress)), gateways);
      assert.ok(gateways.includes(`network-${other(region)}`), gateways);
    }
  });

  it("lets the names of services and global hosts through, which the real webhook accepted", async () => {
    for (const region of REGIONS) {
      const { spec } = await kube(standing.context, region).json<{ spec: { servers: unknown[] } }>([
        "get",
        "gateways.networking.istio.io",
        "-n",
        "istio-eastwest",
        "cross-network-gateway",
      ]);
      assert.deepEqual(spec.servers, [
        {
          hosts: ["*.local", "ai-agent.global", "test-app.global"],
          port: { name: "tls", number: 15443, protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
        },
      ]);
    }
  });

  it("peers no networks, and still lets the peer's istiod reach the API server", async () => {
    assert.deepEqual(armProperties(standing, "virtualNetworkPeerings"), {});
    const clusters: Readonly<
      Record<string, { apiServerAccessProfile: { authorizedIPRanges: readonly string[] } }>
    > = armProperties(standing, "managedClusters");
    for (const region of REGIONS) {
      const { egressAddresses } = await standing.context.workspace.outputs(other(region));
      for (const address of egressAddresses as string[]) {
        const ranges = clusters[`${region}-cluster`]?.apiServerAccessProfile.authorizedIPRanges ?? [];
        assert.ok(ranges.includes(`${address}/32`), `${region}: ${ranges.join(", ")}`);
      }
    }
  });

  it("plans nothing more", async () => {
    for (const region of REGIONS) assert.deepEqual(await planned(standing.context, region), [], region);
  });
});
