import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { makeStanding, type Standing } from "../../../support/standing";

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
  shared = undefined;
  await last?.remove();
}
