import { readFileSync } from "node:fs";
import pc from "picocolors";
import type { SandboxContext } from "./context";
import type { DaemonHealth } from "./daemon";
import { renderReport, type SandboxReport } from "./report";

/** The report of the last start, and what runs now. */
export interface SandboxStatus extends SandboxReport {
  readonly now: DaemonHealth;
}

/** Reads the last report and asks the daemon how its clusters are. */
export async function sandboxStatus({ home, daemon }: SandboxContext): Promise<SandboxStatus> {
  return { ...lastReport(home.report, home.root), now: await daemon.health() };
}

/** The status as a user reads it. */
export function renderStatus({ now, ...report }: SandboxStatus): string {
  return [renderReport(report), ...renderHealth(now)].join("\n");
}

/** What is not as it should be now, and what to do; nothing when all is well. */
export function renderHealth(health: DaemonHealth): string[] {
  const start = `start it with: ${pc.bold("npm run sandbox")}`;
  if (!health.serving)
    return [pc.red(`Now: the sandbox is stopped, and the table is of its last start; ${start}`)];
  return health.clusters.flatMap(({ name, state, troubles }) => [
    pc.red(`Now: ${name} is ${state}${state === "restarting" ? "" : `; ${start}`}`),
    ...troubles.map((trouble) => `  ${trouble.split("\n")[0] ?? ""}`),
  ]);
}

/** Starts the clusters of a serving daemon that do not run. One that does not start is left to the next step. */
export async function startClusters(
  { daemon }: SandboxContext,
  report: (detail: string) => void,
): Promise<void> {
  for (const { name, state } of (await daemon.health()).clusters) {
    if (state === "restarting") continue;
    report(`starting ${name}`);
    // What cannot start may be just what the update is about to mend, or the destruction to take away.
    await daemon.startCluster(name).catch((error: unknown) => {
      report(error instanceof Error ? error.message : String(error));
    });
  }
}

function lastReport(file: string, root: string): SandboxReport {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SandboxReport;
  } catch {
    throw new Error(`There is no report in ${root}. Start the sandbox with: npm run sandbox`);
  }
}
