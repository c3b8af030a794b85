import assert from "node:assert/strict";
import type { AnalysisMessage, LivePolicy, RegionWanted } from "../../../cli/verify/facts";
import { judgeAnalysis } from "../../../cli/verify/judge/analysis";
import { sandboxWays } from "../../../cli/verify/sandbox";
import { regionalSubsets } from "../../../istio/traffic/regional";
import { shop } from "../istio/support/fixtures";
import { POLICY, WANTED } from "./support";

const SHOP = "production/DestinationRule/shop";

const stands = (key: string, spec: object): LivePolicy => ({
  key,
  ours: true,
  labels: {},
  annotations: {},
  spec,
});

const FILTER = "production/EnvoyFilter/shop";

const REGIONAL = {
  host: "shop.global",
  subsets: [
    { name: "v1", labels: { version: "v1" } },
    { name: "nobody" },
    ...regionalSubsets(shop({ regionHeader: "x-mesh-region" }), {
      regions: ["eastus", "westeurope", "northeurope"],
    }),
  ],
};

interface Given {
  readonly wanted?: Partial<RegionWanted>;
  readonly strict?: boolean;
  readonly sandbox?: { readonly objects: readonly string[] };
  readonly messages: readonly AnalysisMessage[];
}

function judge({ wanted, strict = false, sandbox, messages }: Given) {
  const policies = {
    value: [
      stands("production/VirtualService/ai-agent", POLICY.spec),
      stands(SHOP, REGIONAL),
      stands(FILTER, {}),
      stands("istio-system/EnvoyFilter/sandbox-capture", {}),
    ],
  };
  const facts = { inhabited: { value: ["production", "istio-system"] }, policies };
  return judgeAnalysis({ ...WANTED, ...wanted }, facts, { value: messages }, { strict, sandbox });
}

function assertBroken(given: Given, says: RegExp): void {
  const { state, faults } = judge(given);
  assert.equal(state, "broken");
  assert.equal(faults.length, 1);
  assert.match(faults.map(({ what, cause, fix }) => `${what}: ${cause} → ${fix}`).join(), says);
}

function assertNothing(given: Given): void {
  const { state, detail, faults, notes } = judge(given);
  assert.deepEqual([state, detail, faults, notes], ["holds", "clean", [], []]);
}

describe("mesh verify judges what the analyzers say", () => {
  const message = (
    code: string,
    level: AnalysisMessage["level"],
    namespace = "production",
  ): AnalysisMessage => ({
    code,
    level,
    origin: `${namespace === "production" ? "VirtualService" : "Service"} ${namespace}/ai-agent`,
    message: "words",
  });

  it("errors as faults, warnings as notes, one line a code", () => {
    assertBroken({ messages: [message("IST0101", "Error")] }, /IST0101: words → see https/);
    const { state, notes, detail } = judge({
      messages: [message("IST0118", "Warning"), message("IST0118", "Warning")],
    });
    assert.deepEqual([state, notes.length, detail], ["holds", 1, "2 notes"]);
    assert.match(notes[0] ?? "", /and 1 more/);
    assertBroken({ messages: [message("IST0118", "Warning")], strict: true }, /IST0118/);
  });

  it("an object of a peer not at all, since the peer's own analysis says it", () => {
    assertNothing({
      messages: [{ ...message("IST0101", "Error"), origin: "VirtualService production/other" }],
    });
    const service = { ...message("IST0108", "Error"), origin: "Service production/other" };
    assertBroken({ messages: [service] }, /Service production\/other in eastus/);
  });

  it("subsets without pods as faults only where anything runs, unless it is to be strict", () => {
    const nobody = message("IST0173", "Error", "empty");
    assert.equal(judge({ messages: [nobody] }).state, "holds");
    assertBroken({ messages: [message("IST0173", "Error")] }, /IST0173/);
    assertBroken({ messages: [nobody], strict: true }, /IST0173/);
  });

  it("not at all that an EnvoyFilter is one, where the catalog asks for it or the sandbox brings it", () => {
    const filter: AnalysisMessage = {
      ...message("IST0133", "Warning"),
      origin: "EnvoyFilter production/shop",
      message:
        "Schema validation warning: EnvoyFilter exposes internal implementation details that may change",
    };
    const wanted = { matrix: { [FILTER]: ["eastus"] } };
    assertBroken({ messages: [filter], strict: true }, /IST0133/);
    assertNothing({ wanted, messages: [filter], strict: true });
    const { objects } = sandboxWays({ home: ".sandbox" });
    const own = { ...filter, origin: "EnvoyFilter istio-system/sandbox-capture" };
    assert.equal(judge({ messages: [own] }).notes.length, 1);
    assertNothing({ sandbox: { objects }, messages: [own], strict: true });
    assertBroken({ sandbox: { objects }, messages: [filter], strict: true }, /IST0133/);
    const other = { ...filter, message: "Schema validation warning: another one" };
    assertBroken({ wanted, messages: [other], strict: true }, /another one/);
  });

  describe("of a subset of a region", () => {
    const matrix = { [SHOP]: ["eastus", "northeurope", "westeurope"] };
    const without = (subset: string): AnalysisMessage => ({
      code: "IST0173",
      level: "Error",
      origin: "DestinationRule production/shop",
      message: `The Subset ${subset} defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).`,
    });

    it("its own and that of a remote as faults, and a version's", () => {
      assertBroken({ wanted: { matrix }, messages: [without("eastus")] }, /Subset eastus/);
      assertBroken({ wanted: { matrix }, messages: [without("v1")] }, /Subset v1/);
      assertBroken({ wanted: { matrix }, messages: [without("nobody")] }, /Subset nobody/);
      const governs = ["eastus", "westeurope"];
      assertBroken({ wanted: { matrix, governs }, messages: [without("westeurope")] }, /Subset westeurope/);
    });

    it("a peer's not at all, since the peer's own analysis says it", () => {
      assertNothing({ wanted: { matrix }, messages: [without("westeurope")], strict: true });
    });

    it("that of a region that is leaving not at all: nobody reads its pods any more", () => {
      assertNothing({ wanted: { matrix }, messages: [without("northeurope")], strict: true });
      const governs = ["eastus", "northeurope"];
      assertNothing({ wanted: { matrix, governs }, messages: [without("northeurope")], strict: true });
    });

    it("that of a region that the service is not bound to not at all", () => {
      const governs = ["eastus", "westeurope"];
      const bound = { [SHOP]: ["westeurope"] };
      assertNothing({ wanted: { matrix: bound, governs }, messages: [without("eastus")], strict: true });
    });
  });
});
