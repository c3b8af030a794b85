import path from "node:path";
import pc from "picocolors";
import { requireIdentity, sandboxContext } from "../sandbox/context";
import { runEnvironment } from "../sandbox/environment";
import { exclusively } from "../sandbox/exclusive";
import { ask } from "./agree";
import { idPair, minutes, mustBePending } from "./answers";
import { projectName, stateBackend, type StateBackend } from "./backend";
import type { Finder, Finding, RepairStack } from "./finding";
import { findDeadLocks, withLocksExplained } from "./locked";
import { waitForOrphans } from "./orphans";
import { exportState } from "./pending";
import { examine, finders, mendAll, type Outcome } from "./repair";
import { findTornSidecars } from "./sidecars";
import { repairStack } from "./stack";

/** Options of `mesh repair`. */
export interface RepairOptions {
  readonly stack: string;
  /** Folder with `Pulumi.yaml`. @default the current folder */
  readonly program?: string;
  /** A sandbox whose stack it is. @default none: the user's own backend and `pulumi` */
  readonly home?: string;
  /** Mend without asking. */
  readonly yes?: boolean;
  /** `<urn>=<id>` of creations that happened. */
  readonly id?: readonly string[];
  /** URNs of creations that did not happen. */
  readonly clear?: readonly string[];
  /** Minutes for which a release on which Helm may be at work is left alone. @default 15 */
  readonly releaseAge?: string;
}

/** What a repair found and did. */
export interface RepairReport {
  readonly stack: string;
  readonly outcomes: readonly Outcome[];
}

/** Looks for what killed and failed runs left of a stack, shows it, asks, and mends it. */
export async function repair(
  options: RepairOptions,
  signal: AbortSignal,
  say: (line: string) => void = console.error,
): Promise<RepairReport> {
  const said: Said = {
    ids: new Map((options.id ?? []).map(idPair)),
    cleared: new Set(options.clear),
    ageMinutes: minutes(options.releaseAge),
  };
  const program = path.resolve(options.program ?? ".");
  if (options.home === undefined) {
    const backend = await stateBackend(program, process.env, signal);
    return repairAt({ folder: program, env: process.env, backend }, options, said, signal, say);
  }
  const context = sandboxContext({ home: options.home, program });
  const { home } = context;
  requireIdentity(home);
  // The other commands of a sandbox end what they find running in it.
  return exclusively(context, "mesh repair", () => {
    const command = path.join(home.bin, "pulumi");
    const project = projectName(home.project);
    const backend = { folder: home.backend, ...(project === undefined ? {} : { project }) };
    const where = { folder: home.project, env: runEnvironment(home), command, backend };
    return repairAt(where, options, said, signal, say);
  });
}

/** The user's answers. */
interface Said {
  readonly ids: ReadonlyMap<string, string>;
  readonly cleared: ReadonlySet<string>;
  readonly ageMinutes: number | undefined;
}

interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly command?: string;
  readonly backend: StateBackend;
}

async function repairAt(
  where: Place,
  options: RepairOptions,
  said: Said,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<RepairReport> {
  const { env, backend } = where;
  const stack = repairStack({ name: options.stack, ...where, signal });
  const aside = (line: string): void => say(pc.dim(line));
  const explain = (error: unknown): Error => withLocksExplained(options.stack, error);
  const round = async (all: readonly Finder[]): Promise<readonly Outcome[]> => {
    const found = await examine(stack, all);
    if (found.length > 0) say(found.flatMap(({ finding }, index) => planned(finding, index + 1)).join("\n"));
    const mendable = found.some(({ mend }) => mend !== undefined);
    if (mendable && backend.folder === undefined) say(pc.yellow(UNSEEN_LOCKS));
    if (!mendable || !(await agree(options, signal)))
      return found.map(({ finding }) => ({ finding, result: "left", detail: finding.fix }));
    await waitForOrphans(signal, aside);
    return mendAll(found, (detail) => aside(`${options.stack}: ${detail}`), explain);
  };
  try {
    // Also refuses a lock that is held: while it is, files are just being written.
    const locks = findDeadLocks(stack, backend);
    // Of a state that the engine cannot read it cannot be asked anything.
    const torn = await round([
      () => Promise.resolve(findTornSidecars(backend.folder, options.stack, backend.project)),
    ]);
    if (torn.some(({ result }) => result !== "repaired")) return { stack: options.stack, outcomes: torn };
    await checkAnswers(stack, said);
    const { ids, cleared, ageMinutes } = said;
    const subscriptionId = env["ARM_SUBSCRIPTION_ID"];
    const all = finders({ ids, cleared, subscriptionId, helm: { env, ageMinutes } });
    const rest = await round([() => Promise.resolve(locks), ...all]);
    return { stack: options.stack, outcomes: [...torn, ...rest] };
  } catch (error) {
    throw explain(error);
  }
}

/** Helm takes no lock of the engine: nothing but the user keeps it from the releases of an update that runs. */
const UNSEEN_LOCKS =
  "The locks of this backend cannot be looked into: make sure that no update of this stack runs. While one does, " +
  "its operations look interrupted.";

async function checkAnswers(stack: RepairStack, { ids, cleared }: Said): Promise<void> {
  const answers = [
    ...[...ids.keys()].map((urn) => ({ option: "--id" as const, urn })),
    ...[...cleared].map((urn) => ({ option: "--clear" as const, urn })),
  ];
  if (answers.length > 0) mustBePending((await exportState(stack)).deployment ?? {}, answers);
}

function planned({ what, kind, cause, fix }: Finding, number: number): string[] {
  return [`${pc.bold(`${number}. ${what}`)} [${kind}]`, `   ${cause}`, `   → ${fix}`];
}

/** The result as a user reads it. */
export function renderRepair({ stack, outcomes }: RepairReport): string {
  if (outcomes.length === 0) return `Stack ${stack}: nothing to repair.`;
  const counted = (result: Outcome["result"]): number =>
    outcomes.filter((one) => one.result === result).length;
  const lines = outcomes.map(({ finding, result, detail }) => {
    const mark = result === "repaired" ? pc.green("✔") : result === "failed" ? pc.red("✖") : pc.yellow("•");
    return `${mark} ${finding.what}: ${detail}`;
  });
  const [repaired, failed, left] = [counted("repaired"), counted("failed"), counted("left")];
  const next = failed + left === 0 ? ` Go on with: pulumi up --stack ${stack}` : "";
  return [...lines, `Stack ${stack}: ${repaired} repaired, ${failed} failed, ${left} left.${next}`].join(
    "\n",
  );
}

async function agree(options: RepairOptions, signal: AbortSignal): Promise<boolean> {
  if (options.yes === true) return true;
  return process.stdin.isTTY && (await ask(`Repair stack ${options.stack} like this?`, signal));
}
