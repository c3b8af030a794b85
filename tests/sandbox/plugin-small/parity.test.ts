import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { pluginPlan } from "../../../sandbox/plugins/install";
import type { PlannedPlugin } from "../../../sandbox/plugins/install";
import { SmallProject } from "./project";
import type { StateResource } from "./project";

/** What the README says that the stand-ins leave out. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["bcryptHash"],
};

describe("the stand-ins beside the official plugins, with the same program", function () {
  this.timeout(900_000);

  const projects: SmallProject[] = [];
  let plan: readonly PlannedPlugin[];

  before(async function () {
    plan = (await pluginPlan({ searchDirs: [join(homedir(), ".pulumi", "plugins")] })).filter(
      ({ name }) => name === "random" || name === "tls",
    );
    // Not a pass: without an official plugin there is nothing to be compared with.
    if (plan.every(({ source }) => source === "stand-in")) this.skip();
  });

  after(() => projects.forEach((project) => project.remove()));

  it("state has the same properties of the same kinds, and the same ones are secret", async () => {
    const standIns = plan.map((plugin): PlannedPlugin => ({ ...plugin, source: "stand-in" }));
    const [ours, theirs] = [await shapes(standIns), await shapes(plan)];
    assert.deepEqual(ours, theirs);
  });

  async function shapes(plugins: readonly PlannedPlugin[]): Promise<Record<string, Record<string, string>>> {
    const project = new SmallProject(process.env.SANDBOX_TEST_TOOLS ?? "");
    projects.push(project);
    await project.prepare(plugins);
    await project.run("up", "--yes", "--skip-preview", "--stack", "dev");
    await project.run("up", "--yes", "--expect-no-changes", "--stack", "dev");
    const resources = await project.resources();
    await project.run("destroy", "--yes", "--skip-preview", "--stack", "dev");
    const official = new Set(plan.filter(({ source }) => source === "official").map(({ name }) => name));
    const compared = resources.filter(({ type }) => official.has(type.split(":")[0] as "random" | "tls"));
    return Object.fromEntries(compared.map((resource) => [resource.urn, shape(resource)]));
  }
});

/** The names of the outputs with the kind of each. */
function shape({ type, outputs = {} }: StateResource): Record<string, string> {
  const kept = Object.entries(outputs).filter(
    ([name, value]) => value !== null && !name.startsWith("__") && !LEFT_OUT[type]?.includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, kind(value)]));
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value !== "object" || value === null) return typeof value;
  return "4dabf18193072939515e22adb298388d" in value ? "secret" : "map";
}
