import assert from "node:assert/strict";
import { checkStanding, type StandingQuestion } from "../../../components/internal/standing";
import type { StackReading } from "../../../components/internal/stack";
import { buildMesh, type TopologyKind } from "../../../topology";
import { globalStack, linkerdGlobalStack, regionStack, runStack } from "../../support/stacks";

const stack = "organization/global-mesh/westeurope";
const shows = (more: object): StackReading => ({
  kind: "outputs",
  stack,
  outputs: { linkContract: {}, clusterName: "westeurope-cluster", ...more },
});
const question = (topology: TopologyKind, primary = "eastus", network?: string): StandingQuestion => {
  const entry = { cidr: "10.10.0.0/16", labels: {}, zones: [], network };
  const regions = { eastus: entry, westeurope: entry };
  return {
    region: "westeurope",
    mesh: buildMesh({ topology, primary, leaving: [], regions }),
    meshKind: "istio",
  };
};
const remote = { topology: "primary-remote", network: "network1", controlPlane: "eastus-cluster" };

describe("a region that stands", () => {
  const kept: readonly [string, StandingQuestion, object][] = [
    ["as it is", question("flat"), { topology: "flat", network: "network1", meshKind: "istio" }],
    ["as a version left it that had one topology", question("flat"), { network: "network1" }],
    ["with another primary, where that runs nobody's proxies", question("flat", "westeurope"), {}],
    ["as a remote", question("primary-remote"), remote],
    ["as the primary", question("primary-remote", "westeurope"), { ...remote, controlPlane: undefined }],
  ];
  for (const [what, settings, outputs] of kept) {
    it(`is kept ${what}`, () => {
      checkStanding(settings, shows(outputs));
    });
  }

  const refused: readonly [string, StandingQuestion, object, string][] = [
    [
      "another topology, and the network that comes with it",
      question("multi-network"),
      { network: "network1" },
      "global-mesh:topology: got multi-network, stands as flat; " +
        "global-mesh:regions.westeurope.network: got network-westeurope, stands as network1",
    ],
    [
      "another network",
      question("primary-remote", "eastus", "network2"),
      remote,
      "global-mesh:regions.westeurope.network: got network2, stands as network1",
    ],
    [
      "the istiod that is to run the proxies of others",
      question("primary-remote", "westeurope"),
      remote,
      "global-mesh:primary: got an istiod of its own, stands as eastus-cluster",
    ],
    [
      "the istiod of another region",
      question("primary-remote"),
      { ...remote, controlPlane: undefined },
      "global-mesh:primary: got eastus-cluster, stands as an istiod of its own",
    ],
    [
      "another mesh",
      { ...question("flat"), meshKind: "linkerd" },
      {},
      "global-mesh:meshKind: got linkerd, stands as istio",
    ],
  ];
  for (const [what, settings, outputs, changes] of refused) {
    it(`is not given ${what}`, () => {
      assert.throws(() => checkStanding(settings, shows(outputs)), {
        message:
          `stack ${stack} stands, and the settings would make another kind of region of it: ${changes}. What runs ` +
          "there would lose its istiod or its way to other regions, so that is decided before a region comes up. " +
          "Nothing was changed. Write again what stands; or take the whole mesh down, remotes before their primary, " +
          "and bring it up anew: pulumi destroy --stack westeurope",
      });
    });
  }

  it("binds nothing once it was destroyed, or where the stack is none of ours", () => {
    checkStanding(question("multi-network"), { kind: "no-resources", stack });
    checkStanding(question("multi-network"), { kind: "outputs", stack, outputs: { network: "network1" } });
  });
});

describe("the program of a region that stands", function () {
  // Each case runs the whole program.
  this.timeout(60_000);
  const regions = ["eastus", "southeastasia", "westeurope"];
  const global = globalStack(regions);
  const multiNetwork = { "global-mesh:topology": "multi-network" };
  const refusal = (of: string) =>
    new RegExp(`^stack organization/global-mesh/${of} stands, and the settings`);

  it("makes nothing of another topology, whether it stands itself or a peer does", async () => {
    for (const of of ["eastus", "westeurope"]) {
      const stacks = { global, [of]: regionStack(of, 1) };
      await assert.rejects(runStack("eastus", stacks, multiNetwork), { message: refusal(of) });
    }
  });

  it("says what stands, and not what its primary lacks, where a flat mesh is to have remotes", async () => {
    const stacks = { global, eastus: regionStack("eastus", 1) };
    const config = { "global-mesh:topology": "primary-remote" };
    await assert.rejects(runStack("westeurope", stacks, config), { message: refusal("eastus") });
  });

  it("makes nothing of Linkerd where Istio stands", async () => {
    const stacks = { global: linkerdGlobalStack(regions), eastus: regionStack("eastus", 1) };
    const config = {
      "global-mesh:meshKind": "linkerd",
      "global-mesh:applications": JSON.stringify(["api-canary", "mesh"]),
    };
    await assert.rejects(runStack("eastus", stacks, config), { message: refusal("eastus") });
  });

  it("says in its outputs what it stands as", async () => {
    const { outputs } = await runStack("eastus", { global }, multiNetwork);
    const { meshKind, topology, network } = outputs;
    assert.deepEqual([meshKind, topology, network], ["istio", "multi-network", "network-eastus"]);
  });
});
