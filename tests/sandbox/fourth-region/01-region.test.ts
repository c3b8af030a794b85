import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { requireIdentity } from "../../../cli/sandbox/context";
import { sandboxRegionDown } from "../../../cli/sandbox/region-down";
import type { SandboxReport } from "../../../cli/sandbox/report";
import { armFacts, stackStates } from "../../../cli/sandbox/standing";
import { fixedEndpoints, regionAddresses } from "../../../sandbox/addresses/layout";
import { isPortFree } from "../../../sandbox/processes";
import { planned, pulumi, type PlannedStep } from "../../support/pulumi";
import { makeStanding } from "../../support/standing";

const OTHERS = ["eastus", "westeurope", "southeastasia"];
const NEW = "northeurope";
const ENTRY = { cidr: "10.40.0.0/16" };
const STACK_FILE = `config:
  azure-native:location: ${NEW}
  global-mesh:dnsLabel: ${NEW}-cluster
  global-mesh:maintenance: { dayOfWeek: Friday, startTime: "02:00", utcOffset: "+00:00", durationHours: 4 }
`;
const never = new AbortController().signal;

/** What follows from the table alone, in the stack of another region. */
const tableSteps = (other: string): string[] => [
  // The test application has a subset and a route for each region.
  "update DestinationRule cross-cluster-test/DestinationRule/test-app: spec.subsets",
  "update DestinationRule production/DestinationRule/ai-agent: spec.trafficPolicy.loadBalancer.localityLbSetting.distribute",
  `update NetworkSecurityGroup ${other}-cluster-network-security-group: securityRules[0].sourceAddressPrefixes`,
  "update VirtualService cross-cluster-test/VirtualService/test-app: spec.http",
];
const addresses = (other: string): string =>
  `update ManagedCluster ${other}-cluster-cluster: apiServerAccessProfile.authorizedIPRanges`;

/** A step as one line; places in lists, and what is in a locality table, a subset or a route, left out. */
function line({ op, kind, name, paths }: PlannedStep): string {
  const places = paths.map((one) => one.replace(/(\.distribute|^spec\.(?:subsets|http))\b.*|\[\d+\]$/, "$1"));
  return `${op} ${kind} ${name}${places.length === 0 ? "" : `: ${[...new Set(places)].join(", ")}`}`;
}

describe("a fourth region beside the three that stand", () => {
  const standing = makeStanding();
  const before = new Map<string, readonly string[]>();

  globalThis.before("bring the others up", async () => {
    await standing.up();
    for (const stack of ["global", ...OTHERS]) before.set(stack, await urns(stack));
  });
  after(() => standing.remove());

  async function urns(stack: string): Promise<string[]> {
    const exported = await pulumi(standing.context, stack, ["stack", "export"]);
    const { deployment } = JSON.parse(exported.stdout) as { deployment: { resources: { urn: string }[] } };
    return deployment.resources.map(({ urn }) => urn).toSorted();
  }

  const plan = async (stack: string): Promise<string[]> =>
    (await planned(standing.context, stack)).map(line).toSorted();

  async function nothingToDo(stacks: readonly string[]): Promise<void> {
    for (const stack of stacks) assert.deepEqual(await plan(stack), [], stack);
  }

  /** State of each side of each peering with the new region, as `eastus-network/to-northeurope: Connected`. */
  function peerings(): string[] {
    const { resources } = JSON.parse(readFileSync(standing.context.home.armState, "utf8")) as {
      resources: Record<string, { id: string; properties: { peeringState?: string } }>;
    };
    return Object.values(resources)
      .flatMap(({ id, properties }) => {
        const [, network, name] =
          /\/virtualNetworks\/([^/]+)\/virtualNetworkPeerings\/([^/]+)$/.exec(id) ?? [];
        if (network === undefined || name === undefined) return [];
        return `${network}/${name}`.includes(NEW)
          ? [`${network}/${name}: ${properties.peeringState ?? ""}`]
          : [];
      })
      .toSorted();
  }
  const connected = (): string[] =>
    OTHERS.flatMap((other) => [
      `${other}-network/to-${NEW}: Connected`,
      `${NEW}-network/to-${other}: Connected`,
    ]).toSorted();

  it("is one entry and one file: before it stands, the others change by what the table says alone", async () => {
    standing.setRegion(NEW, ENTRY);
    standing.write(`Pulumi.${NEW}.yaml`, STACK_FILE);
    standing.refreshProject();
    for (const other of OTHERS) assert.deepEqual(await plan(other), tableSteps(other));
    const trust = await plan("global");
    assert.equal(trust.length, 4);
    for (const step of trust) assert.match(step, new RegExp(`^create \\w+ intermediate-${NEW}`));
  });

  it("once it stands, adds to them a link, a peering and an allowed address, and nothing else", async () => {
    const { workspace } = standing.context;
    await workspace.up("global");
    await workspace.up(NEW);
    for (const other of OTHERS) {
      const expected = [
        `create Secret remote-secret-${NEW}-cluster`,
        `create VirtualNetworkPeering peering-${NEW}`,
        addresses(other),
        ...tableSteps(other),
      ];
      assert.deepEqual(await plan(other), expected.toSorted());
    }
    assert.deepEqual(await plan("global"), []);
  });

  it("is linked both ways by mesh sandbox up, and each istiod calls it synced", async () => {
    const report = await standing.up();
    assert.deepEqual(
      report.regions.map(({ name }) => name),
      [...OTHERS, NEW],
    );
    for (const { name, linkedPeers, mutualPeers, synced } of report.regions) {
      const peers = [...OTHERS, NEW].filter((other) => other !== name).toSorted();
      assert.deepEqual(linkedPeers.toSorted(), peers);
      assert.deepEqual(mutualPeers.toSorted(), peers);
      assert.deepEqual(
        synced.toSorted(),
        peers.map((peer) => `${peer}-cluster`),
      );
    }
    assert.deepEqual(peerings(), connected());
    await nothingToDo(["global", ...OTHERS, NEW]);
    console.log(`    one more region: 0 changes beside the 7 of each of ${OTHERS.length} others`);
  });

  it("comes back by plain pulumi up after a destroy without leaving, peerings included", async () => {
    const { workspace } = standing.context;
    await workspace.destroy(NEW);
    assert.deepEqual(
      peerings(),
      OTHERS.map((other) => `${other}-network/to-${NEW}: Disconnected`).toSorted(),
    );
    // The first round clears what is Disconnected, since Azure makes no side against one; the second connects.
    const back = await workspace.up(NEW);
    assert.match(back.warnings.join("\n"), /peering with eastus is Disconnected.*pulumi up --stack eastus/);
    const { pendingPeerings } = await workspace.outputs(NEW);
    assert.deepEqual((pendingPeerings as string[]).toSorted(), OTHERS.toSorted());
    for (const other of OTHERS) {
      assert.ok((await plan(other)).includes(`delete VirtualNetworkPeering peering-${NEW}`));
      await workspace.up(other);
    }
    assert.deepEqual(peerings(), []);
    for (const region of [NEW, ...OTHERS]) await workspace.up(region);
    assert.deepEqual(peerings(), connected());
    await nothingToDo([...OTHERS, NEW]);
    // A refresh finds Connected where the creation found Initiated; that is no difference.
    const refreshed = await planned(standing.context, NEW, ["--refresh"]);
    const changed = refreshed.filter(({ op, kind }) => op !== "refresh" && kind === "VirtualNetworkPeering");
    assert.deepEqual(changed.map(line), []);
    console.log("    a lost region is back, every peering Connected: 2 rounds of pulumi up");
  });

  it("is not taken down while others link it", async () => {
    await assert.rejects(
      sandboxRegionDown(standing.context, NEW, never),
      /northeurope is still linked by eastus, westeurope, southeastasia\. Write northeurope into .* global-mesh:leaving/,
    );
    await assert.rejects(
      sandboxRegionDown(standing.context, "northeurop", never),
      /--region: got "northeurop", allowed is .*: eastus, westeurope, southeastasia, northeurope\./,
    );
    assert.equal(stackStates(standing.context.home).get(NEW)?.stands, true);
  });

  it("leaves: the others lose its link, its peering and its addresses, and nothing else", async () => {
    standing.edit("Pulumi.yaml", "first.\n    default: []", `first.\n    default: [ ${NEW} ]`);
    standing.refreshProject();
    for (const other of OTHERS) {
      const expected = [
        `delete Secret remote-secret-${NEW}-cluster`,
        `delete VirtualNetworkPeering peering-${NEW}`,
        addresses(other),
        // Tables, subsets and routes change with the entry, once.
        ...tableSteps(other).filter((step) => step.includes("NetworkSecurityGroup")),
      ];
      assert.deepEqual(await plan(other), expected.toSorted());
    }
    const report = await standing.up();
    for (const { name, synced } of report.regions) {
      assert.deepEqual(
        synced.toSorted(),
        OTHERS.filter((other) => other !== name && name !== NEW)
          .map((other) => `${other}-cluster`)
          .toSorted(),
      );
    }
  });

  it("is taken down by itself, with nothing left of it", async () => {
    const { home } = standing.context;
    const identity = requireIdentity(home);
    const found = await sandboxRegionDown(standing.context, NEW, never);
    assert.deepEqual(found.leaks, []);
    assert.ok(found.keptCrds.length > 0);

    assert.deepEqual([...armFacts(home).resources.keys()].toSorted(), OTHERS.toSorted());
    const { clusters, deletedClusters } = await standing.context.daemon.report();
    assert.deepEqual(clusters.map(({ location }) => location).toSorted(), OTHERS.toSorted());
    const gone = deletedClusters.filter(({ name }) => name === `${NEW}-cluster`).at(-1);
    assert.deepEqual([gone?.leftovers, gone?.unasked], [[], undefined]);
    assert.ok(!existsSync(path.join(home.clusters, `${NEW}-cluster`)));
    assert.ok(!existsSync(path.join(home.project, `Pulumi.${NEW}.yaml`)));
    assert.deepEqual([...stackStates(home).keys()].toSorted(), [...OTHERS, "global"].toSorted());

    const slot = identity.slots[NEW] ?? -1;
    assert.equal(requireIdentity(home).slots[NEW], undefined);
    const { host, istiod } = regionAddresses(identity.block, slot);
    const ports: readonly number[] = Object.values(istiod);
    for (const endpoint of fixedEndpoints(identity.block)) {
      if (endpoint.host === host || ports.includes(endpoint.port)) {
        assert.ok(await isPortFree(endpoint), `${endpoint.host}:${endpoint.port}`);
      }
    }
    const kubeconfig = parse(readFileSync(path.join(home.root, "kubeconfig"), "utf8")) as {
      contexts: { name: string }[];
    };
    assert.deepEqual(
      kubeconfig.contexts.map(({ name }) => name),
      OTHERS.map((other) => `${other}-cluster`),
    );
    const report = JSON.parse(readFileSync(home.report, "utf8")) as SandboxReport;
    assert.deepEqual(
      report.regions.map(({ name }) => name),
      OTHERS,
    );
  });

  it("without its entry, the others are as they were before it came", async () => {
    standing.edit("Pulumi.yaml", `first.\n    default: [ ${NEW} ]`, "first.\n    default: []");
    standing.setRegion(NEW, undefined);
    standing.write(`Pulumi.${NEW}.yaml`, undefined);
    const report = await standing.up();
    assert.deepEqual(
      report.regions.map(({ name, linkedPeers }) => [name, linkedPeers.toSorted()]),
      OTHERS.map((name) => [name, OTHERS.filter((other) => other !== name).toSorted()]),
    );
    assert.deepEqual(report.strays, []);
    for (const stack of ["global", ...OTHERS]) assert.deepEqual(await urns(stack), before.get(stack), stack);
    await nothingToDo(["global", ...OTHERS]);
  });
});
