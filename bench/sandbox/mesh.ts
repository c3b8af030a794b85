import { mkdtempSync } from "node:fs";
import path from "node:path";
import { TestMesh } from "../../tests/sandbox/traffic/support/mesh";
import { prepareTestTools } from "../../tests/support/tools";
import type { BenchContext } from "../context";

/**
 * Runs work with the mesh of the traffic tests, which has a real istiod and real proxies, and nothing of Pulumi. It is
 * ended whatever happens.
 */
export async function withMesh<T>(bench: BenchContext, work: (mesh: TestMesh) => Promise<T>): Promise<T> {
  const { scratch, signal } = bench;
  const folder = mkdtempSync(path.join(scratch, "test-tools-"));
  const say = (line: string): void => bench.progress(line);
  const env = await prepareTestTools(folder, { programs: true, signal, say });
  // Where the tests look for them; it is this process that plays the tests here.
  Object.assign(process.env, env);
  const mesh = await TestMesh.make();
  try {
    return await work(mesh);
  } finally {
    await mesh.stop();
  }
}
