import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { requireIdentity } from "../../../cli/sandbox/context";
import { sandboxRegionDown } from "../../../cli/sandbox/region-down";
import type { SandboxReport } from "../../../cli/sandbox/report";
import { armFacts, stackStates } from "../../../cli/sandbox/standing";
import { regionAddresses } from "../../../sandbox/addresses/layout";
import { isPortFree } from "../../../sandbox/processes";
import { kube } from "../../support/kube";
import { planned, pulumi, type PlannedStep } from "../../support/pulumi";
import { makeStanding } from "../../support/standing";

const OTHERS = ["eastus", "westeurope"];
const NEW = "northeurope";
const ENTRY = { cidr: "10.40.0.0/16", labels: { mesh: "enabled", integration: "istio" } };
const STACK_FILE = `config:
  azure-native:location: ${NEW}
  global-mesh:dnsLabel: ${NEW}-cluster
  global-mesh:maintenance: { dayOfWeek: Friday, startTime: "02:00", utcOffset: "+00:00", durationHours: 4 }
`;
const never = new AbortController().signal;

/** A step as one line: `update DestinationRule ai-agent-global: spec.…`. */
const line = ({ op, kind, name, paths }: PlannedStep): string =>
  `${op} ${kind} ${name}${paths.length === 0 ? "" : `: ${paths.join(", ")}`}`;

/** A further region beside those that stand: added, lost and back, and gone again. What the others do is the point. */
describe("a fourth region", () => {
  const standing = makeStanding();
  const before = new Map<string, readonly string[]>();

  globalThis.before(async () => {
    // As few as the proof needs: two regions that are the others to each other and to the new one.
    standing.setRegion("southeastasia", undefined);
    standing.write("Pulumi.southeastasia.yaml", undefined);
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

  it("x", async () => {
    standing.setRegion(NEW, ENTRY);
    standing.write(`Pulumi.${NEW}.yaml`, STACK_FILE);
    standing.refreshProject();
    for (const stack of ["global", ...OTHERS]) console.log(stack, await plan(stack));
    const { workspace } = standing.context;
    await workspace.up("global");
    await workspace.up(NEW);
    for (const stack of ["global", ...OTHERS]) console.log(stack, await plan(stack));
    console.log(JSON.stringify(await standing.up(), null, 1));
    for (const stack of ["global", ...OTHERS, NEW]) console.log(stack, await plan(stack));
  });
  it("back", async () => {
    const { workspace } = standing.context;
    await workspace.destroy(NEW);
    console.log(readFileSync(standing.context.home.armState, "utf8").match(/"peeringState": "[A-Za-z]*"/g));
    for (let round = 0; round < 2; round += 1) {
      for (const stack of [NEW, ...OTHERS]) {
        console.log(stack, await plan(stack));
        const up = await workspace.up(stack);
        console.log(stack, up.changes, up.warnings, (await workspace.outputs(stack))["pendingPeerings"]);
      }
      console.log(readFileSync(standing.context.home.armState, "utf8").match(/"peeringState": "[A-Za-z]*"/g));
    }
    for (const stack of ["global", ...OTHERS, NEW]) console.log(stack, await plan(stack));
  });
  it("leaves", async () => {
    standing.edit("Pulumi.yaml", "first.\n    default: []", `first.\n    default: [${NEW}]`);
    standing.refreshProject();
    for (const stack of ["global", ...OTHERS, NEW]) console.log(stack, await plan(stack));
    await assert.rejects(sandboxRegionDown(standing.context, NEW, never), (e: Error) => { console.log(e.message); return true; });
    const r = await standing.up();
    console.log(r.regions.map((x) => [x.name, x.linkedPeers, x.synced]));
    console.log(await sandboxRegionDown(standing.context, NEW, never));
    console.log(readFileSync(standing.context.home.identityFile, "utf8"), readFileSync(standing.context.home.report, "utf8"));
    console.log([...stackStates(standing.context.home)], armFacts(standing.context.home).resources.keys());
    standing.edit("Pulumi.yaml", `first.\n    default: [${NEW}]`, "first.\n    default: []");
    standing.setRegion(NEW, undefined);
    standing.write(`Pulumi.${NEW}.yaml`, undefined);
    const r2 = await standing.up();
    console.log(r2.regions.map((x) => [x.name, x.linkedPeers, x.synced]));
    for (const stack of ["global", ...OTHERS]) {
      console.log(stack, await plan(stack));
      assert.deepEqual(await urns(stack), before.get(stack));
    }
  });
});
