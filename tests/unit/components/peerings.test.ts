import assert from "node:assert/strict";
import { engineError, type Invokes, type Run } from "../../support/mocks";
import { azureFunctions, globalStack, regionStack, runStack } from "../../support/stacks";

const REGIONS = ["eastus", "westeurope", "southeastasia"];
const standing = {
  global: globalStack(REGIONS),
  westeurope: regionStack("westeurope", 2, ["eastus"]),
  southeastasia: regionStack("southeastasia", 3, ["eastus"]),
};
const NETWORK = "azure-native:network:getVirtualNetwork";
const PEERING = "azure-native:network:VirtualNetworkPeering";

/** Networks by name, each with the state of its peerings; any other does not exist. */
const networks = (known: Readonly<Record<string, Readonly<Record<string, string>>>>): Invokes => ({
  [NETWORK]: (args) => {
    const found = known[args["virtualNetworkName"] as string];
    if (found === undefined) return azureFunctions[NETWORK]?.(args);
    const virtualNetworkPeerings = Object.entries(found).map(([name, peeringState]) => ({
      name,
      peeringState,
    }));
    return { virtualNetworkPeerings };
  },
});

describe("peerings of a region whose peers were lost", () => {
  const up = (azure: Invokes): Promise<Run> => runStack("eastus", standing, {}, [], azure);
  const made = (run: Run): string[] =>
    run.registrations.filter(({ type }) => type === PEERING).map(({ name }) => name);
  const both = ["peering-southeastasia", "peering-westeurope"];

  it("are made where nothing stands, and kept where all is well", async () => {
    const fresh = await up({});
    assert.deepEqual(made(fresh), both);
    const well = { "to-westeurope": "Connected", "to-southeastasia": "Initiated" };
    const kept = await up(
      networks({ "eastus-network": well, "westeurope-network": { "to-eastus": "Connected" } }),
    );
    assert.deepEqual(made(kept), both);
    assert.deepEqual([kept.outputs["pendingPeerings"], kept.warnings], [[], []]);
  });

  it("go when they are Disconnected, while the link stays, and a warning says what comes next", async () => {
    const run = await up(networks({ "eastus-network": { "to-westeurope": "Disconnected" } }));
    assert.deepEqual(made(run), ["peering-southeastasia"]);
    assert.deepEqual(run.outputs["pendingPeerings"], ["westeurope"]);
    assert.deepEqual(run.outputs["linkedPeers"], ["southeastasia", "westeurope"]);
    assert.equal(run.warnings.length, 1);
    assert.match(
      run.warnings[0] ?? "",
      /peering with westeurope is Disconnected.*pulumi up --stack westeurope, then pulumi up --stack eastus once more/,
    );
  });

  it("wait while the peer has a Disconnected one of its own, against which Azure makes none", async () => {
    const run = await up(networks({ "southeastasia-network": { "to-eastus": "Disconnected" } }));
    assert.deepEqual(made(run), ["peering-westeurope"]);
    assert.deepEqual(run.outputs["pendingPeerings"], ["southeastasia"]);
  });

  it("are kept where Azure cannot be asked: no answer is no reason to take one away", async () => {
    const run = await up({
      [NETWORK]: (args) => {
        if (args["virtualNetworkName"] === "eastus-network")
          throw engineError("Status=403 AuthorizationFailed");
        return { virtualNetworkPeerings: [{ name: "to-eastus", peeringState: "Disconnected" }] };
      },
    });
    assert.deepEqual(made(run), both);
    assert.deepEqual(run.outputs["pendingPeerings"], []);
  });
});
