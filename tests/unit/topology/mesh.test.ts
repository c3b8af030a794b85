import assert from "node:assert/strict";
import {
  buildMesh,
  downWaves,
  linksOf,
  localityName,
  localityPattern,
  matchesLabels,
  networkName,
  peersOf,
  regionOf,
  selectByLabels,
  stayingRegions,
  upWaves,
} from "../../../topology";

const labels = { mesh: "enabled", integration: "istio" };
const zones = ["1", "2", "3"];
const seed = {
  topology: "flat",
  primary: "eastus",
  leaving: [] as string[],
  regions: {
    eastus: { cidr: "10.10.0.0/16", labels, zones },
    westeurope: { cidr: "10.20.0.0/16", labels: { mesh: "enabled" }, zones },
    southeastasia: { cidr: "10.30.0.0/16", labels, zones: [] },
  },
} as const;
const mesh = buildMesh(seed);
const leaving = buildMesh({ ...seed, leaving: ["westeurope"] });
const names = (regions: readonly { name: string }[]) => regions.map((region) => region.name);

describe("topology: regions", () => {
  it("names clusters and networks as the seed does", () => {
    assert.deepEqual(
      mesh.regions.map(({ name, cluster, network, primary }) => ({ name, cluster, network, primary })),
      [
        { name: "eastus", cluster: "eastus-cluster", network: "network1", primary: true },
        { name: "southeastasia", cluster: "southeastasia-cluster", network: "network1", primary: false },
        { name: "westeurope", cluster: "westeurope-cluster", network: "network1", primary: false },
      ],
    );
  });

  it("does not depend on the order of the table", () => {
    const reversed = Object.fromEntries(Object.entries(seed.regions).toReversed());
    assert.deepEqual(buildMesh({ ...seed, regions: reversed }), mesh);
  });

  it("gives each region of a multi-network mesh a network that no other region moves", () => {
    assert.equal(networkName("multi-network", "eastus"), "network-eastus");
    assert.equal(networkName("primary-remote", "eastus"), "network1");
  });

  it("writes localities as Istio does", () => {
    assert.equal(localityName("eastus"), "eastus");
    assert.equal(localityName("eastus", "1"), "eastus/eastus-1");
    assert.equal(localityPattern("eastus"), "eastus/*");
  });

  it("refuses to look up a region that is not there", () => {
    assert.throws(() => regionOf(mesh, "nowhere"), {
      message: 'region "nowhere" is not in the mesh; its regions: eastus, southeastasia, westeurope',
    });
  });
});

describe("topology: peers", () => {
  it("links every region to every other one", () => {
    assert.deepEqual(names(peersOf(mesh, "eastus")), ["southeastasia", "westeurope"]);
    assert.equal(linksOf(mesh).length, 6);
  });

  it("unlinks a leaving region on both sides, and leaves the others whole", () => {
    assert.deepEqual(names(peersOf(leaving, "eastus")), ["southeastasia"]);
    assert.deepEqual(peersOf(leaving, "westeurope"), []);
    assert.deepEqual(linksOf(leaving), [
      { from: "eastus", to: "southeastasia" },
      { from: "southeastasia", to: "eastus" },
    ]);
    assert.deepEqual(names(stayingRegions(leaving)), ["eastus", "southeastasia"]);
    assert.equal(regionOf(leaving, "westeurope").leaving, true);
  });
});

describe("topology: waves", () => {
  it("brings trust up first, regions together, links last", () => {
    assert.deepEqual(upWaves(leaving), [
      { name: "global", stacks: ["global"] },
      { name: "regions", stacks: ["eastus", "southeastasia", "westeurope"] },
      { name: "link", stacks: ["eastus", "southeastasia"] },
    ]);
  });

  it("has no link pass for a region on its own", () => {
    const alone = buildMesh({ ...seed, regions: { eastus: seed.regions.eastus } });
    assert.deepEqual(
      upWaves(alone).map((wave) => wave.name),
      ["global", "regions"],
    );
  });

  it("takes trust down last", () => {
    assert.deepEqual(downWaves(mesh), [
      { name: "regions", stacks: ["eastus", "southeastasia", "westeurope"] },
      { name: "global", stacks: ["global"] },
    ]);
  });
});

describe("topology: label selectors", () => {
  it("selects by all of the named labels", () => {
    assert.deepEqual(names(selectByLabels({ matchLabels: labels }, mesh.regions)), [
      "eastus",
      "southeastasia",
    ]);
    assert.equal(selectByLabels({ matchLabels: {} }, mesh.regions).length, 3);
    assert.equal(matchesLabels({ matchLabels: { mesh: "disabled" } }, labels), false);
  });

  it("is not fooled by what every object inherits", () => {
    assert.equal(matchesLabels({ matchLabels: { toString: "x" } }, {}), false);
    assert.equal(matchesLabels({ matchLabels: { constructor: "x" } }, labels), false);
  });
});
