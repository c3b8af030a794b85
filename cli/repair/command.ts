import path from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import { sandboxContext } from "../sandbox/context";
import { runEnvironment } from "../sandbox/environment";
import type { Finder, Finding } from "./finding";
import { findDeadLocks, withLocksExplained } from "./locked";
import { findOrphans } from "./orphans";
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

/** How long a plugin may go on with its last call, such as the creation of a cluster. */
const ORPHAN_MS = 30 * 60_000;

/** Looks for what killed and failed runs left of a stack, shows it, asks, and mends it. */
export async function repair(
  options: RepairOptions,
  signal: AbortSignal,
  say: (line: string) => void = console.error,
): Promise<RepairReport> {
  const where = place(options);
  const stack = repairStack({ name: options.stack, ...where, signal });
  const pending = {
    ids: new Map((options.id ?? []).map(idPair)),
    cleared: new Set(options.clear),
    subscriptionId: where.env["ARM_SUBSCRIPTION_ID"],
    helm: { env: where.env, ageMinutes: minutes(options.releaseAge) },
  };
  const round = async (all: readonly Finder[]): Promise<readonly Outcome[]> => {
    const found = await examine(stack, all);
    if (found.length > 0) say(found.flatMap(({ finding }, index) => planned(finding, index + 1)).join("\n"));
    const agreed = found.some(({ mend }) => mend !== undefined) && (await agree(options));
    if (!agreed) return found.map(({ finding }) => ({ finding, result: "left", detail: finding.fix }));
    await waitForOrphans(signal, say);
    return mendAll(found, (detail) => say(pc.dim(`${options.stack}: ${detail}`)));
  };
  try {
    // Also refuses a lock that is held: while it is, files are just being written.
    const locks = findDeadLocks(stack, where.backend);
    // Of a state that the engine cannot read it cannot be asked anything.
    const torn = await round([() => Promise.resolve(findTornSidecars(where.backend, options.stack))]);
    if (torn.some(({ result }) => result !== "repaired")) return { stack: options.stack, outcomes: torn };
    const rest = await round([() => Promise.resolve(locks), ...finders(pending)]);
    return { stack: options.stack, outcomes: [...torn, ...rest] };
  } catch (error) {
    throw withLocksExplained(options.stack, error);
  }
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

interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly command?: string;
  /** Folder of the state, where that is one. */
  readonly backend?: string;
}

function place(options: RepairOptions): Place {
  const folder = path.resolve(options.program ?? ".");
  if (options.home !== undefined) {
    const { home } = sandboxContext({ home: options.home, program: folder });
    const env = runEnvironment(home);
    return { folder: home.project, env, command: path.join(home.bin, "pulumi"), backend: home.backend };
  }
  const url = process.env["PULUMI_BACKEND_URL"] ?? "";
  const backend = url.startsWith("file://")
    ? url
        .slice("file://".length)
        .replace(/\?.*$/, "")
        .replace(/^~(?=\/|$)/, home())
    : undefined;
  return { folder, env: process.env, ...(backend === undefined ? {} : { backend }) };
}

function home(): string {
  return process.env["HOME"] ?? "~";
}

function idPair(text: string): [urn: string, id: string] {
  const end = text.indexOf("=");
  const [urn, id] = [text.slice(0, end), text.slice(end + 1)];
  if (end > 0 && id !== "" && urn.startsWith("urn:pulumi:")) return [urn, id];
  throw new Error(`--id: got "${text}", must be <urn>=<id> with the URN that the plan shows.`);
}

function minutes(text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Error(`--release-age: got "${text}", must be a whole number of minutes, 0 or more.`);
}

async function agree(options: RepairOptions): Promise<boolean> {
  if (options.yes === true) return true;
  if (!process.stdin.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await ask.question(`Repair stack ${options.stack} like this? [y/N] `)).trim());
  } finally {
    ask.close();
  }
}

async function waitForOrphans(signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const end = Date.now() + ORPHAN_MS;
  let told = "";
  for (;;) {
    const orphans = findOrphans().map(({ pid, program }) => `${program} (${pid})`);
    if (orphans.length === 0) return;
    const words = orphans.join(", ");
    if (Date.now() > end) throw new Error(`These plugins still work for an engine that is gone: ${words}.`);
    if (words !== told) say(pc.dim(`waiting for plugins that finish their last call: ${words}`));
    told = words;
    await sleep(500, undefined, { signal });
  }
}
