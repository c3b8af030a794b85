import { Requests } from "./requests";
import { TestMesh, type MeshOptions } from "./mesh";
import type { Play } from "./play";

/** The mesh that stands now; groups that want the same settings take it from each other. */
let standing: { readonly settings: string; readonly mesh: TestMesh } | undefined;

/** A mesh that shows a play. */
export interface Stage {
  readonly mesh: TestMesh;
  readonly requests: Requests;
}

/**
 * The mesh of the groups before, if it has the same settings, or a new one; with the play on it. Regions that stand
 * already stay.
 */
export async function onStage(play: Play, options: MeshOptions = {}): Promise<Stage> {
  const settings = JSON.stringify(options.settings ?? {});
  if (standing?.settings !== settings) {
    await clearStage();
    standing = { settings, mesh: await TestMesh.make(options) };
  }
  const { mesh } = standing;
  await mesh.play(play);
  return { mesh, requests: new Requests(mesh) };
}

/** Ends the mesh that stands: for a group that left it in a state that the next cannot use. */
export async function clearStage(): Promise<void> {
  const last = standing?.mesh;
  standing = undefined;
  await last?.stop();
}

// For all groups of the run, whichever of them comes last.
after(clearStage);
