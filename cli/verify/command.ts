import type { Catalog } from "../../istio/choose";
import { SandboxHome } from "../../sandbox/home";
import { loadProject } from "../project/load";
import { chosenSettings } from "../sandbox/chosen";
import { UsageError } from "../usage";
import type { CheckName } from "./check";
import { placeOf } from "./place";
import { REQUEST_IMAGE } from "./requests/job";
import { JobRunner } from "./requests/runner";
import { isUnreached, reportOf, type VerifyReport } from "./report";
import { sandboxHint } from "./sandbox";
import { verify } from "./verify";
import { wantedOf, type MeshWanted } from "./wanted";

/** Options of `mesh verify`. */
export interface VerifyOptions {
  /** Folder with `Pulumi.yaml`. @default the current folder */
  readonly program?: string;
  /** A sandbox, by its folder. @default none: the stacks of the user's own backend */
  readonly home?: string;
  /** A kubeconfig file, in place of what the stacks show. */
  readonly kubeconfig?: string;
  /** Only these regions. @default all, and the mesh as a whole */
  readonly region?: readonly string[];
  /** Checks that are left out. */
  readonly skip?: readonly CheckName[];
  /** Days before its end from which on a certificate counts as near it. @default `trust.renewBeforeDays` */
  readonly expiryDays?: string;
  /** Seconds for which what may settle by itself is looked at again. @default 15 */
  readonly wait?: string;
  /** Warnings of Istio's analyzers count, too. */
  readonly strict?: boolean;
  /** Image of the Jobs that send test requests. @default `REQUEST_IMAGE` */
  readonly requestImage?: string;
}

const DEFAULT_WAIT_SECONDS = "15";

/**
 * Asks whether a mesh is as its files want it.
 * @throws UsageError whatever there is no report for: its exit code is not that of something that does not hold.
 */
export async function verifyCommand(
  options: VerifyOptions,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<VerifyReport> {
  try {
    const report = await reportFor(options, catalog, signal);
    const hint = isUnreached(report) ? sandboxHint(options) : undefined;
    return hint === undefined ? report : { ...report, hint };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

async function reportFor(
  options: VerifyOptions,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const { program, region: regions, skip = [], expiryDays, wait = DEFAULT_WAIT_SECONDS } = options;
  if (options.home !== undefined && options.kubeconfig !== undefined)
    throw new UsageError(
      "--home and --kubeconfig exclude each other: a sandbox's stacks show its kubeconfigs.",
    );
  const wanted = readWanted(program, catalog, options.home);
  refuseUnknown(wanted, regions ?? []);
  const measure = {
    now: new Date(),
    expiryDays:
      expiryDays === undefined ? wanted.renewBeforeDays : wholeNumber("--expiry-days", expiryDays, "days"),
    strict: options.strict === true,
  };
  const waitSeconds = wholeNumber("--wait", wait, "seconds");
  const place = placeOf(options, signal);
  const requests = new JobRunner(options.requestImage ?? REQUEST_IMAGE);
  return reportOf(await verify({ wanted, place, regions, skip, measure, waitSeconds, requests }, signal));
}

function readWanted(program: string | undefined, catalog: Catalog, home: string | undefined): MeshWanted {
  const chosen = home === undefined ? undefined : new SandboxHome(home).identity()?.applications;
  const settings = chosenSettings(chosen);
  return wantedOf(loadProject({ catalog, settings, ...(program === undefined ? {} : { program }) }));
}

function refuseUnknown({ regions, leaving }: MeshWanted, asked: readonly string[]): void {
  const known = regions.map(({ name }) => name);
  const gone = asked.filter((name) => leaving.includes(name));
  if (gone.length > 0)
    throw new UsageError(`--region: ${gone.join(", ")} is leaving; nothing of it is verified.`);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new UsageError(`--region: got "${unknown.join(", ")}", allowed is one of ${known.join(", ")}.`);
}

function wholeNumber(option: string, text: string, unit: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`${option}: got "${text}", must be a whole number of ${unit}, 0 or more.`);
}
