import assert from "node:assert/strict";
import {
  buildMesh,
  downWaves,
  eastWestPeers,
  exposesIstiod,
  governedBy,
  hasEastWestGateway,
  hasIstiod,
  isRead,
  linksOf,
  localityName,
  localityPattern,
  matchesLabels,
  networkName,
  peersOf,
  readersOf,
  regionOf,
  routedPeers,
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

describe("topology: networks and control planes", () => {
  const table = (networks: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(seed.regions).map(([name, entry]) => [name, { ...entry, network: networks[name] }]),
    );
  const several = buildMesh({ ...seed, topology: "multi-network" });
  const remotes = buildMesh({ ...seed, topology: "primary-remote" });
  // Seed 002's, with a third region beside the primary.
  const mixed = buildMesh({
    ...seed,
    topology: "primary-remote",
    regions: table({ westeurope: "network2", southeastasia: "network1" }),
  });
  const of = (
    select: (mesh: typeof several, name: string) => readonly { name: string }[],
    one: typeof several,
  ) => Object.fromEntries(one.regions.map(({ name }) => [name, names(select(one, name))]));
  const which = (select: (mesh: typeof several, name: string) => boolean, one: typeof several) =>
    one.regions.map(({ name }) => name).filter((name) => select(one, name));

  it("takes the network that the table names", () => {
    assert.deepEqual(
      mixed.regions.map(({ name, network }) => [name, network]),
      [
        ["eastus", "network1"],
        ["southeastasia", "network1"],
        ["westeurope", "network2"],
      ],
    );
  });

  it("has one istiod for all in a primary-remote mesh, and one in each region elsewhere", () => {
    assert.deepEqual(
      remotes.regions.map(({ controlPlane }) => controlPlane),
      ["eastus", "eastus", "eastus"],
    );
    assert.deepEqual(several.regions.filter(hasIstiod).length, 3);
    assert.deepEqual(names(governedBy(remotes, "eastus")), ["eastus", "southeastasia", "westeurope"]);
    assert.deepEqual(governedBy(remotes, "westeurope"), []);
    assert.deepEqual(names(governedBy(several, "westeurope")), ["westeurope"]);
  });

  it("routes to pods within a network only", () => {
    const everyOther = { eastus: 2, southeastasia: 2, westeurope: 2 };
    const counts = (one: typeof several) =>
      Object.fromEntries(Object.entries(of(routedPeers, one)).map(([name, peers]) => [name, peers.length]));
    assert.deepEqual(counts(mesh), everyOther);
    assert.deepEqual(counts(remotes), everyOther);
    assert.deepEqual(counts(several), { eastus: 0, southeastasia: 0, westeurope: 0 });
    assert.deepEqual(of(routedPeers, mixed), {
      eastus: ["southeastasia"],
      southeastasia: ["eastus"],
      westeurope: [],
    });
  });

  it("has gateways between networks, and before the istiod of remotes", () => {
    assert.deepEqual(which(hasEastWestGateway, mesh), []);
    assert.deepEqual(which(hasEastWestGateway, several), ["eastus", "southeastasia", "westeurope"]);
    assert.deepEqual(which(hasEastWestGateway, remotes), ["eastus"]);
    assert.deepEqual(which(hasEastWestGateway, mixed), ["eastus", "southeastasia", "westeurope"]);
    assert.deepEqual([which(exposesIstiod, several), which(exposesIstiod, mixed)], [[], ["eastus"]]);
  });

  it("lets those in by a gateway that have no other way", () => {
    assert.deepEqual(of(eastWestPeers, mesh), { eastus: [], southeastasia: [], westeurope: [] });
    assert.deepEqual(of(eastWestPeers, remotes), {
      eastus: ["southeastasia", "westeurope"],
      southeastasia: [],
      westeurope: [],
    });
    assert.deepEqual(of(eastWestPeers, mixed), {
      eastus: ["southeastasia", "westeurope"],
      southeastasia: ["westeurope"],
      westeurope: ["eastus", "southeastasia"],
    });
  });

  it("has every cluster read by those that run an istiod, and the primary of remotes by nobody", () => {
    assert.deepEqual(of(readersOf, remotes), {
      eastus: [],
      southeastasia: ["eastus"],
      westeurope: ["eastus"],
    });
    assert.deepEqual(which(isRead, remotes), ["southeastasia", "westeurope"]);
    assert.equal(which(isRead, mesh).length, 3);
    assert.deepEqual(linksOf(remotes), [
      { from: "eastus", to: "southeastasia" },
      { from: "eastus", to: "westeurope" },
    ]);
  });

  it("brings the primary up first, then remotes, links in the primary, and the remotes' gateways", () => {
    const left = buildMesh({ ...seed, topology: "primary-remote", leaving: ["westeurope"] });
    assert.deepEqual(upWaves(left), [
      { name: "global", stacks: ["global"] },
      { name: "primary", stacks: ["eastus"] },
      { name: "remotes", stacks: ["southeastasia", "westeurope"] },
      { name: "link", stacks: ["eastus"] },
      { name: "gateways", stacks: ["southeastasia"] },
    ]);
    const alone = buildMesh({
      ...seed,
      topology: "primary-remote",
      regions: { eastus: seed.regions.eastus },
    });
    assert.deepEqual(
      upWaves(alone).map((wave) => wave.name),
      ["global", "primary"],
    );
    assert.deepEqual(downWaves(remotes), [
      { name: "remotes", stacks: ["southeastasia", "westeurope"] },
      { name: "primary", stacks: ["eastus"] },
      { name: "global", stacks: ["global"] },
    ]);
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
