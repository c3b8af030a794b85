import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../../catalog";
import type { Run } from "../../support/mocks";
import { globalStack, linkerdGlobalStack, regionStack, runStack } from "../../support/stacks";

const FOLDER = path.resolve(__dirname, "..", "..", "golden");
const REGIONS = ["eastus", "westeurope", "southeastasia"];

/** A mesh with Linkerd that runs what either mesh can run. */
const LINKERD = {
  "global-mesh:meshKind": "linkerd",
  "global-mesh:applications": JSON.stringify(["api-canary", "mesh"]),
};

/** Every region as the others read it after the second pass. */
function linkedMesh() {
  return {
    global: globalStack(REGIONS),
    ...Object.fromEntries(
      REGIONS.map((region, index) => [
        region,
        regionStack(
          region,
          index + 1,
          REGIONS.filter((other) => other !== region),
        ),
      ]),
    ),
  };
}

/**
 * A net, no proof: it shows what a change of the code changes in any stack. `UPDATE_GOLDEN=1` writes the
 * dumps anew; whoever does so reads the difference.
 */
function compare(name: string, run: Run): void {
  const file = path.join(FOLDER, `${name}.json`);
  const dump = `${JSON.stringify({ outputs: run.outputs, resources: run.registrations }, null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, dump);
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1`);
  assert.deepEqual(
    JSON.parse(dump),
    JSON.parse(readFileSync(file, "utf8")),
    `stack ${name} registers something else than tests/golden/${name}.json: if it should, UPDATE_GOLDEN=1`,
  );
}

/** What a run registers that another one does not. */
function beyond(run: Run, other: Run): Run {
  const known = new Set(other.registrations.map((resource) => JSON.stringify(resource)));
  const added = run.registrations.filter((resource) => !known.has(JSON.stringify(resource)));
  return { ...run, outputs: {}, registrations: added };
}

describe("golden dump of all resources", () => {
  const runs = new Map<string, Promise<Run>>();
  /** A run of a region as the tracked settings say it, made once. */
  const linked = (region: string): Promise<Run> => {
    const run = runs.get(region) ?? runStack(region, linkedMesh());
    runs.set(region, run);
    return run;
  };
  it("global", async () => compare("global", await runStack("global", {})));
  for (const region of REGIONS) {
    it(`${region}, linked`, async () => compare(region, await linked(region)));
  }
  it("eastus alone, its peers pending", async () =>
    compare("eastus-alone", await runStack("eastus", { global: globalStack(REGIONS) })));

  const everything = {
    "global-mesh:applications": JSON.stringify(catalog.applications.map(({ name }) => name)),
    // The internal gateway of the microservices, and the way out of them.
    "global-mesh:internalGateway": "true",
    "global-mesh:egressGateway": "always",
  };
  for (const region of REGIONS) {
    it(`${region} with every application of the catalog: what they add`, async () => {
      const run = await runStack(region, linkedMesh(), everything);
      compare(`all-applications/${region}`, beyond(run, await linked(region)));
    });
  }
  it("global, with Linkerd", async () => compare("linkerd-global", await runStack("global", {}, LINKERD)));
  it("eastus, with Linkerd", async () =>
    compare("linkerd-eastus", await runStack("eastus", { global: linkerdGlobalStack(REGIONS) }, LINKERD)));
});

/** Two regions in another topology, as the tables of docs/topologies.md have them. */
describe("golden dump of all resources in other topologies", () => {
  const regions = ["eastus", "westeurope"];
  const mesh = (
    linked: Readonly<Record<string, readonly string[]>>,
    topology = "primary-remote",
    westeurope: object = { controlPlane: "eastus-cluster" },
  ) => ({
    global: globalStack(REGIONS),
    eastus: regionStack("eastus", 1, linked["eastus"], { topology, eastWestAddress: "203.0.113.101" }),
    westeurope: regionStack("westeurope", 2, linked["westeurope"], {
      topology,
      eastWestAddress: "203.0.113.102",
      ...westeurope,
    }),
  });
  const config = (topology: string, networks: readonly (string | undefined)[]) => ({
    "global-mesh:topology": topology,
    "global-mesh:regions": JSON.stringify(
      Object.fromEntries(
        regions.map((region, index) => [
          region,
          { cidr: `10.${index + 1}0.0.0/16`, network: networks[index] },
        ]),
      ),
    ),
  });
  const linked = { eastus: ["westeurope"], westeurope: ["eastus"] };
  const remote = config("primary-remote", ["network1", "network2"]);

  it("eastus of a multi-network mesh", async () =>
    compare(
      "multi-network-eastus",
      await runStack("eastus", mesh(linked, "multi-network", {}), config("multi-network", [])),
    ));
  for (const region of regions) {
    it(`${region} of a primary-remote mesh on two networks`, async () =>
      compare(`primary-remote-${region}`, await runStack(region, mesh(linked), remote)));
  }
  it("a remote whose primary does not read it yet has no gateways", async () => {
    const run = await runStack("westeurope", mesh({ westeurope: [] }), remote);
    const releases = run.registrations.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    assert.deepEqual(
      releases.map(({ name }) => name),
      ["istio-base", "istiod-default"],
    );
    assert.deepEqual(run.outputs["pendingGateways"], ["istio-ingressgateway", "istio-eastwestgateway"]);
    assert.match(run.warnings.join(), /gateways of westeurope are pending: istiod of eastus does not read/);
  });
});
