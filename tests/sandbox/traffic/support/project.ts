import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { parseSettings } from "../../../../config/parse";
import { mergeSettings } from "../../../../config/project";
import { ROLLOUTS_FILE } from "../../../../config/rollouts";
import type { RegionSettings } from "../../../../config/settings";
import { regionOverlay } from "../../../../cli/sandbox/overlay";
import { planRegion, type RegionPlan } from "../../../../components/plan";
import { binding, type Application } from "../../../../istio/intent";
import { mesh as baseline } from "../../../../catalog/mesh";
import type { IstiodPorts } from "../../../../sandbox/addresses";
import { withOverlay } from "../../../../sandbox/project/overlay";
import type { RolloutPhases } from "../../../../topology";
import { required } from "../../node/support/cluster";

const ROOT = path.resolve(__dirname, "..", "..", "..", "..");
const PREFIX = "global-mesh:";

/** Settings by their names without the prefix, e.g. `{ topology: "multi-network" }`; they replace the tracked ones. */
export type TestSettings = Readonly<Record<string, unknown>>;

/** A region as the program would see it. */
export interface TestRegion {
  readonly settings: RegionSettings;
  readonly plan: RegionPlan;
}

/**
 * What the program installs and applies in a region: from the tracked project and stack files, the sandbox's own
 * overlay, and what a test says besides. The catalog is that of the test, and the baseline of the mesh with it.
 */
export function planOf(o: {
  readonly region: string;
  readonly applications: readonly Application[];
  readonly settings: TestSettings;
  /** Phases of canaries, in place of the tracked ones. */
  readonly rollouts?: RolloutPhases;
  /** Ports of the istiod that runs the region's proxies. */
  readonly istiod: IstiodPorts;
}): TestRegion {
  const applications = [baseline, ...o.applications.filter(({ name }) => name !== baseline.name)];
  const names = applications.map(({ name }) => name);
  const catalog = {
    applications,
    bindings: [
      binding({ name: "all", clusters: [{ matchLabels: { mesh: "enabled" } }], applications: names }),
    ],
  };
  const said = { ...o.settings, applications: names };
  const tracked = withOverlay(
    textOf(`Pulumi.${o.region}.yaml`),
    Object.fromEntries(Object.entries(said).map(([name, value]) => [`${PREFIX}${name}`, value])),
  );
  const project = textOf("Pulumi.yaml");
  const parse = (stackFile: string): RegionSettings => {
    const settings = parseSettings({
      ...mergeSettings(project, stackFile),
      project: "global-mesh",
      stack: o.region,
      knownApplications: names,
      rollouts: o.rollouts === undefined ? trackedRollouts() : stringify(o.rollouts),
      offline: true,
    });
    if (settings.role !== "region") throw new Error(`${o.region} is no region of the project`);
    return settings;
  };
  const { mesh, region } = parse(tracked);
  const overlay = regionOverlay({
    charts: required("SANDBOX_TEST_CHARTS", "base", "istiod", "gateway"),
    mesh,
    region,
    istiod: o.istiod,
    armUrl: "http://127.0.0.1:1",
    subscriptionId: "00000000-0000-0000-0000-000000000000",
  });
  const settings = parse(withOverlay(tracked, overlay));
  return { settings, plan: planRegion(settings, catalog) };
}

function trackedRollouts(): string | undefined {
  return existsSync(path.join(ROOT, ROLLOUTS_FILE)) ? textOf(ROLLOUTS_FILE) : undefined;
}

function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}
