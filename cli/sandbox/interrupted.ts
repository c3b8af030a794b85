import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { hasPending } from "../repair/pending";
import { examine, finders, mendAll } from "../repair/repair";
import { repairStack } from "../repair/stack";
import type { StepView } from "../ui/steps";
import type { SandboxContext } from "./context";
import { runEnvironment } from "./environment";

/** What a sandbox waits for is on this machine: nothing takes as long as in a cloud. */
const SETTLE_MS = 5 * 60_000;

/** Releases of a cluster that cannot be reached: the update says so itself, if it needs the cluster. */
const UNSEEN = "releases-unseen";

/**
 * Does for a stack of the sandbox what `mesh repair` does, unasked, since all of it is the sandbox's own. Returns the
 * number of interrupted operations that were mended.
 */
export async function repairInterrupted(
  context: SandboxContext,
  name: string,
  view: StepView,
  signal: AbortSignal,
): Promise<number> {
  const { home } = context;
  // Asking the engine would cost a second of each update, nearly all of which have nothing to repair.
  if (!states(home.backend, name).some(hasPending)) return 0;
  const env = runEnvironment(home);
  const command = path.join(home.bin, "pulumi");
  const stack = repairStack({ name, command, folder: home.project, env, signal });
  // Nothing of a sandbox runs elsewhere, and what ran here has been ended: no release is too young.
  const found = await examine(stack, finders({ settleMs: SETTLE_MS, helm: { env, ageMinutes: 0 } }));
  const repairs = found.filter(({ finding }) => finding.kind !== UNSEEN);
  for (const { finding } of found.filter((one) => !repairs.includes(one)))
    view.note(`not looked at in ${name}: ${finding.what}: ${finding.cause}`);
  for (const { finding } of repairs) view.note(`repairing ${name}: ${finding.what}: ${finding.cause}`);
  const outcomes = await mendAll(repairs, (detail) => view.report(detail));
  signal.throwIfAborted();
  const bad = outcomes.filter(({ result }) => result !== "repaired");
  if (bad.length > 0) {
    const lines = bad.map(({ finding, detail }) => `  ${finding.what}: ${detail}`);
    throw new Error(`Stack ${name} has interrupted operations that were not repaired:\n${lines.join("\n")}`);
  }
  return outcomes.length;
}

/** The stored states of a stack, as text; none for a stack that was never up. */
function states(backend: string, name: string): string[] {
  const folder = path.join(backend, ".pulumi", "stacks");
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((project) => read(path.join(folder, project.name, `${name}.json`)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function read(file: string): string[] {
  try {
    return [readFileSync(file, "utf8")];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
