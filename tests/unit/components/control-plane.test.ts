import assert from "node:assert/strict";
import { callersOf } from "../../../components/cluster/callers";
import { planEastWest } from "../../../components/cluster/east-west";
import type { StackReading } from "../../../components/internal/stack";
import { judgeControlPlane } from "../../../components/link/control-plane";
import { judgePeer } from "../../../components/link/peers";
import { buildMesh, regionOf, type TopologyKind } from "../../../topology";

const stack = "organization/global-mesh/eastus";
const outputs = {
  linkContract: { version: 1, cluster: "eastus-cluster", secretNames: ["kubeconfig"] },
  kubeconfig: { opaque: "secret" },
  egressAddresses: ["203.0.113.1"],
  eastWestAddress: "203.0.113.9",
  linkedPeers: [] as string[],
};
const shows = (more: object = {}): StackReading => ({
  kind: "outputs",
  stack,
  outputs: { ...outputs, ...more },
});
const nothing: StackReading = { kind: "unknown-stack", stack: "organization/global-mesh/westeurope" };
const judge = (primary: StackReading, own: StackReading = nothing) =>
  judgeControlPlane("westeurope", "eastus", primary, own);

describe("the istiod of a remote", () => {
  const expected = { region: "eastus", cluster: "eastus-cluster", address: "203.0.113.9" };

  it("is where the primary's gateway is, and reads the remote once the primary lists it", () => {
    assert.deepEqual(judge(shows()), { ...expected, reading: false });
    assert.deepEqual(judge(shows({ linkedPeers: ["westeurope"] })), { ...expected, reading: true });
  });

  it("takes no gateway away that stands, whatever the primary lists for now", () => {
    const own = (pendingGateways: unknown): StackReading => ({ ...shows({ pendingGateways }), stack: "own" });
    assert.equal(judge(shows(), own([])).reading, true);
    assert.equal(judge(shows(), own(["istio-ingressgateway"])).reading, false);
  });

  const missing: readonly [Exclude<StackReading["kind"], "outputs">, string][] = [
    ["unknown-stack", "does not exist"],
    ["no-resources", "exists but was never brought up, or was destroyed"],
    ["no-outputs", "has no outputs yet: its first update did not finish"],
  ];
  for (const [kind, words] of missing) {
    it(`is an error where the primary's stack ${words}`, () => {
      assert.throws(() => judge({ kind, stack }), {
        message:
          `stack ${stack} ${words}. The istiod of region eastus runs the proxies of westeurope, so it comes before ` +
          "the remotes: pulumi up --stack eastus",
      });
    });
  }

  it("is an error where the primary was brought up as something else, or is another cluster", () => {
    assert.throws(() => judge(shows({ eastWestAddress: undefined })), {
      message:
        `stack ${stack} exports no eastWestAddress, by which westeurope reaches istiod: it was last brought up as ` +
        "something else than a primary. Bring it up again first: pulumi up --stack eastus",
    });
    const linkContract = { ...outputs.linkContract, cluster: "other-cluster" };
    assert.throws(() => judge(shows({ linkContract })), /says that its cluster is other-cluster/);
  });
});

describe("a peer of a region without an istiod", () => {
  it("is linked without a credential, which nobody there would use", () => {
    const question = { self: "westeurope", region: "eastus", cluster: "eastus-cluster", linkedBefore: false };
    const peer = judgePeer({ ...question, reads: false }, shows());
    assert.deepEqual([peer.state, "credential" in peer], ["linked", false]);
    assert.throws(() => judgePeer(question, shows()), /exports no readerCredential/);
  });
});

describe("who reaches an east-west gateway", () => {
  const entry = (cidr: string) => ({ cidr, labels: {}, zones: [] });
  const plan = (topology: TopologyKind, exposure: "public" | "internal", name = "eastus") => {
    const mesh = buildMesh({
      topology,
      primary: "eastus",
      leaving: [],
      regions: { eastus: entry("10.10.0.0/16"), westeurope: entry("10.20.0.0/16") },
    });
    const linked = [
      { region: name === "eastus" ? "westeurope" : "eastus", egressAddresses: ["203.0.113.2"] },
    ];
    const setting = { exposure, sourceRanges: ["198.51.100.0/24"] };
    return planEastWest({ mesh, region: regionOf(mesh, name), setting, linked });
  };

  it("is nobody in a flat mesh, and nobody at a remote of the primary's network", () => {
    assert.equal(plan("flat", "public"), undefined);
    assert.equal(plan("primary-remote", "public", "westeurope"), undefined);
  });

  it("is a linked peer by the address that it leaves by, and by the network where that is not left", () => {
    assert.deepEqual(plan("multi-network", "public")?.sources, ["198.51.100.0/24", "203.0.113.2/32"]);
    assert.deepEqual(plan("multi-network", "internal")?.sources, ["10.20.0.0/16", "198.51.100.0/24"]);
    assert.deepEqual(plan("primary-remote", "public")?.ports, [15443, 15012, 15017]);
    assert.deepEqual(plan("multi-network", "public")?.ports, [15443]);
  });
});

describe("who calls a region's API server", () => {
  const entry = (cidr: string) => ({ cidr, labels: {}, zones: [] });
  const callers = (topology: TopologyKind, name: string, kiali: boolean, peersHaveKiali: boolean) => {
    const names = ["eastus", "southeastasia", "westeurope"];
    const mesh = buildMesh({
      topology,
      primary: "eastus",
      leaving: [],
      regions: Object.fromEntries(names.map((region, index) => [region, entry(`10.${index}.0.0/16`)])),
    });
    const linked = names
      .filter((peer) => peer !== name)
      .map((peer) => ({
        region: peer,
        egressAddresses: [`egress of ${peer}`],
        ...(peersHaveKiali ? { kialiCredential: "secret" } : {}),
      }));
    return callersOf({ mesh, region: regionOf(mesh, name), linked, kiali });
  };

  it("is every istiod that reads it: all peers', or the primary's", () => {
    assert.deepEqual(callers("flat", "eastus", false, true), [
      "egress of southeastasia",
      "egress of westeurope",
    ]);
    assert.deepEqual(callers("primary-remote", "westeurope", false, true), ["egress of eastus"]);
    assert.deepEqual(callers("primary-remote", "eastus", false, true), []);
  });

  it("is every Kiali, too, that has a credential for it and so would wait for it in vain", () => {
    const remotes = ["egress of southeastasia", "egress of westeurope"];
    assert.deepEqual(callers("primary-remote", "eastus", true, true), remotes);
    assert.deepEqual(callers("primary-remote", "eastus", true, false), []);
    assert.deepEqual(callers("primary-remote", "westeurope", true, true), [
      "egress of eastus",
      "egress of southeastasia",
    ]);
  });
});
