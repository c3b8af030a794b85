import { readFileSync } from "node:fs";
import pc from "picocolors";
import type { KubeClient } from "../../sandbox/kube";
import type { SandboxContext } from "./context";
import type { DaemonHealth } from "./daemon";
import { describeReadiness, isShort, readinessOf } from "./deployments";
import { describeWorker, workerOn } from "./exclusive";
import { kubeconfigClients } from "./kubeconfig";
import { renderReport, type SandboxReport } from "./report";

/** The report of the last start, and what runs now. */
export interface SandboxStatus extends SandboxReport {
  readonly now: DaemonHealth;
  /** Deployments that lack pods, istiod also where it was scaled to 0: `eastus-cluster: istio-system/istiod: 0 of 1 …`. */
  readonly notReady: readonly string[];
}

/** Reads the last report, and asks the daemon how its clusters are and these how their Deployments are. */
export async function sandboxStatus({
  home,
  daemon,
}: Pick<SandboxContext, "home" | "daemon">): Promise<SandboxStatus> {
  const report = lastReport(home.report, home.root);
  const now = await daemon.health();
  if (!now.serving) return { ...report, now, notReady: [] };
  const isDown = new Set(now.clusters.map(({ name }) => name));
  const asked = [...kubeconfigClients(home)].filter(([name]) => !isDown.has(name));
  const notReady = await Promise.all(asked.map(([name, kube]) => shortOf(name, kube)));
  return { ...report, now, notReady: notReady.flat() };
}

async function shortOf(name: string, kube: KubeClient): Promise<readonly string[]> {
  try {
    return (await readinessOf(kube)).filter(isShort).map((found) => `${name}: ${describeReadiness(found)}`);
  } catch (error) {
    return [
      `${name}: its Deployments could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    ];
  } finally {
    kube.close();
  }
}

/** The status as a user reads it. @param verify the command that looks for faults. */
export function renderStatus({ now, notReady, ...report }: SandboxStatus, verify?: string): string {
  return [
    renderReport(report, verify),
    ...renderHealth(now),
    ...notReady.map((line) => pc.red(`Now: ${line}`)),
  ].join("\n");
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
    // An `up` takes the report of an earlier one away.
    const worker = workerOn(root);
    if (worker !== undefined)
      throw new Error(
        `${describeWorker(worker)}, is under way on ${root}. There is a report when an up is done.`,
      );
    throw new Error(`There is no report in ${root}. Start the sandbox with: npm run sandbox`);
  }
}
