import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalog } from "../../../catalog";
import { service } from "../../../istio/intent";
import { runProgram, type Run } from "../../support/mocks";
import { globalStack, stackReaders, trackedConfig } from "../../support/stacks";

const [bound] = catalog.applications;
assert.ok(bound);

/** A region's real program that is refused: what it did until then, and the words. */
async function refused(config: Readonly<Record<string, string>> = {}): Promise<Run & { said: string }> {
  const program = (await import("../../../index")) as unknown as { default: () => Promise<unknown> };
  let error: unknown;
  const run = await runProgram(
    {
      stack: "eastus",
      config: { ...trackedConfig("eastus"), ...config },
      invokes: stackReaders({ global: globalStack(["eastus"]) }),
    },
    () => program.default().catch((thrown: unknown) => void (error = thrown)),
  );
  assert.ok(error instanceof Error);
  assert.equal(error.stack, `Error: ${error.message}`, "a fault of the user's shows no frames");
  return { ...run, said: error.message };
}

const registered = ({ registrations }: Run): string[] =>
  registrations.map(({ type }) => type).filter((type) => type !== "pulumi:pulumi:Stack");

describe("a fault that settings and catalog show", () => {
  it("in the catalog registers no resource, and no other stack is read", async () => {
    const broken = service({
      name: "broken",
      namespace: bound.name,
      globalHost: "broken.example.global",
      port: 80,
      versions: { v1: 60, v2: 30 },
    });
    const services = bound.services as unknown[];
    services.push(broken);
    try {
      const run = await refused();
      assert.match(run.said, /services\.broken\.versions: got \{"v1":60,"v2":30\}.*these sum to 90/);
      assert.deepEqual(registered(run), []);
      assert.deepEqual(run.order, ["pulumi:pulumi:Stack"]);
    } finally {
      services.pop();
    }
  });

  it("in the charts' folder registers no resource", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-charts-"));
    try {
      // Enough to be taken for a folder of charts by the settings, and two charts too few.
      mkdirSync(path.join(folder, "base"));
      writeFileSync(path.join(folder, "base", "Chart.yaml"), "name: base\n");
      const run = await refused({ "global-mesh:charts": JSON.stringify({ folder }) });
      assert.match(run.said, /global-mesh:charts\.folder: .* which has no chart istiod/);
      assert.deepEqual(registered(run), []);
      assert.deepEqual(run.order, ["pulumi:pulumi:Stack"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
