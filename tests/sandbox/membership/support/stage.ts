import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { makeStanding, type Standing } from "../../../support/standing";
import { eventually } from "../../node/support/cluster";
import { ANYWHERE, CALLER, HOST, MeshLoad, sendTo } from "./load";
import { Watch } from "./watch";

/** Regions that stand all the time, and one that comes and goes. */
export const STAYING = ["eastus", "westeurope"];
export const COMING = "southeastasia";

interface Project {
  readonly config: { readonly "global-mesh:regions": { readonly default: Readonly<Record<string, object>> } };
}

/** What the tracked project says of the region that comes: its entry in the table, and its stack file. */
export const ENTRY = (parse(text("Pulumi.yaml")) as Project).config["global-mesh:regions"].default[COMING];
export const STACK_FILE = text(`Pulumi.${COMING}.yaml`);

function text(name: string): string {
  return readFileSync(path.join(__dirname, "..", "..", "..", "..", name), "utf8");
}

let shared: Standing | undefined;
let broughtUp: Promise<unknown> | undefined;

/** Two regions with the test application alone, which the tests of this folder use one after another. */
export function sharedMesh(): Standing {
  if (shared !== undefined) return shared;
  shared = makeStanding({ proxies: true });
  shared.setRegion(COMING, undefined);
  shared.write(`Pulumi.${COMING}.yaml`, undefined);
  shared.edit("Pulumi.yaml", "default: [ ai-agent, cross-cluster-test ]", "default: [ cross-cluster-test ]");
  return shared;
}

/** Called once after all. */
export async function removeMesh(): Promise<void> {
  const last = shared;
  shared = broughtUp = undefined;
  await last?.remove();
}

/**
 * Brings the mesh up, if it does not stand, and begins what goes on all the time while it is changed: requests between
 * the regions that stay, and looks at their proxies.
 */
export async function begin(standing: Standing): Promise<{ load: MeshLoad; watch: Watch }> {
  await (broughtUp ??= standing.up());
  const context = () => standing.context;
  const send = sendTo(context);
  await eventually("an answer of each region to each", 120_000, async () => {
    const order = { url: `http://${HOST}/`, count: 10 };
    const sent = Promise.all(STAYING.map((region) => send({ region, workload: CALLER }, order)));
    const seen = await sent.catch(() => []);
    if (seen.length === 0) return undefined;
    const regions = seen.map((results) => new Set(results.map(({ answer }) => answer?.region)));
    return regions.every((one) => STAYING.every((region) => one.has(region))) ? true : undefined;
  });
  const [load, watch] = [new MeshLoad(context), new Watch(context)];
  await watch.start(STAYING);
  for (const from of STAYING) for (const to of [...STAYING, ANYWHERE]) load.start(from, to);
  return { load, watch };
}
