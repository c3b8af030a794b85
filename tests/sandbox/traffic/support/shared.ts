import { stopLoads } from "./load";
import { TestMesh, type MeshOptions } from "./mesh";
import type { Play } from "./play";
import { Explained, Requests } from "./requests";

/** The mesh that stands now; groups that want the same settings take it from each other. */
let standing: { readonly settings: string; readonly mesh: TestMesh } | undefined;
/** The requests of the play that is on. */
let current: Requests | undefined;
/** What became of meshes that could not be stopped: no group's fault, but the run's. */
const leftBehind: unknown[] = [];

/** A mesh that shows a play. */
export interface Stage {
  readonly mesh: TestMesh;
  readonly requests: Requests;
}

/**
 * The mesh of the groups before, if it has the same settings, or a new one; with the play on it. Regions that stand
 * already stay. A mesh on which a play failed is given to nobody else.
 */
export async function onStage(play: Play, options: MeshOptions = {}): Promise<Stage> {
  const settings = JSON.stringify(options.settings ?? {});
  if (standing?.settings !== settings || standing.mesh.isBroken) {
    await clearStage();
    standing = { settings, mesh: await TestMesh.make(options) };
  }
  const { mesh } = standing;
  try {
    await mesh.play(play);
  } catch (error) {
    await clearStage();
    throw error;
  }
  const requests = (current = new Requests(mesh));
  return { mesh, requests };
}

/** Ends the mesh that stands: for a group that left it in a state that the next cannot use. */
export async function clearStage(): Promise<void> {
  const last = standing?.mesh;
  standing = current = undefined;
  await last?.stop().catch((fault: unknown) => void leftBehind.push(fault));
}

// For every test of the run, after the hooks of its own group.
afterEach(async function () {
  const { state, err, title } = this.currentTest ?? {};
  if (state === "failed" && !(err instanceof Explained) && current !== undefined)
    console.log(`      When "${title ?? ""}" had failed:\n${await current.lastBeliefs()}`);
  await stopLoads();
});

// For all groups of the run, whichever of them comes last.
after(async () => {
  await clearStage();
  if (leftBehind.length > 0) throw new AggregateError(leftBehind, leftBehind.map(String).join("\n"));
});
