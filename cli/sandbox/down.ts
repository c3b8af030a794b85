import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { releaseBlock } from "../../sandbox/addresses";
import { ProcessRegistry } from "../../sandbox/processes";
import { endMarked, findMarked, processesOfContainersIn } from "../../sandbox/processes/marked";
import { requireSoundStates } from "../pulumi/state";
import { runSteps, type Step, type StepView } from "../ui/steps";
import { noSandbox, requireIdentity, type SandboxContext } from "./context";
import type { DaemonReport } from "./daemon";
import { exclusively, otherAtWork, workerOn } from "./exclusive";
import { endExisting } from "./existing";
import { repairInterrupted } from "./interrupted";
import { releaseDeadLocks } from "./locks";
import { endLeftovers, prepareTools, startDaemon } from "./prepare";
import { byControlPlane } from "./regions";
import { stackStates } from "./standing";
import { startClusters } from "./status";
import { describeChanges, endEverything, moveTmp } from "./up";

/** What the way down found. */
export interface DownReport {
  /** Everything that should be gone and is not, named. Empty is the proof. */
  readonly leaks: readonly string[];
  /** What was asked for, e.g. `ARM resources`: what a report without leaks is a proof of. */
  readonly asked: readonly string[];
  /** CRDs that Helm keeps by policy; they went with their clusters. */
  readonly keptCrds: readonly string[];
  /** ConfigMaps that istiod left in the namespaces of others in existing clusters, by cluster. */
  readonly keptConfigMaps: readonly string[];
}

export interface DownOptions {
  /** Stop and remove everything without `pulumi destroy`. */
  readonly force?: boolean;
}

interface DownState {
  report?: DaemonReport;
  leaks: string[];
}

/**
 * What there is to say where no sandbox stands; undefined where one does.
 * @throws where something goes on all the same: an `up` that has not come far yet, or processes that lost their sandbox.
 */
export function nothingToTakeDown(context: SandboxContext): string | undefined {
  const { home } = context;
  if (home.identity() !== undefined) return undefined;
  if (workerOn(home.root) !== undefined) throw otherAtWork(home.root);
  const running = processLeaks(context);
  if (running.length > 0) throw new Error(`${noSandbox(home)}\nThese still run: ${running.join(", ")}`);
  return noSandbox(home);
}

/**
 * `pulumi destroy` of all stacks, the regions first and `global` last; then asks the clusters and the ARM
 * stand-in what is left, stops every process and removes the home folder.
 */
export function sandboxDown(
  context: SandboxContext,
  options: DownOptions,
  signal: AbortSignal,
): Promise<DownReport> {
  requireIdentity(context.home);
  return exclusively(context, "mesh sandbox down", () => takeDown(context, options, signal));
}

async function takeDown(
  context: SandboxContext,
  options: DownOptions,
  signal: AbortSignal,
): Promise<DownReport> {
  const { home } = context;
  const identity = requireIdentity(home);
  const state: DownState = { leaks: [] };
  home.emptyTmp();
  const restore = moveTmp(context);
  try {
    if (options.force !== true) {
      requireSoundStates(home.backend);
      await runSteps(state, destroySteps(context, signal));
    }
  } catch (error) {
    if (signal.aborted) {
      await endEverything(context);
      throw error;
    }
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\n` +
        "To end and remove everything without pulumi destroy: npm run sandbox:down -- --force",
      { cause: error },
    );
  } finally {
    restore();
  }
  await endEverything(context);
  const leaks = [...state.leaks, ...processLeaks(context)];
  // A leak is evidence: the home stays for a look, `--force` removes it.
  if (leaks.length === 0) {
    rmSync(home.root, { recursive: true, force: true });
    await releaseBlock(undefined, identity.block, home.root);
  }
  const kept = state.report?.deletedClusters.flatMap((cluster) => cluster.keptCrds) ?? [];
  const roots = state.report?.deletedClusters.flatMap(({ name, keptConfigMaps = [] }) =>
    keptConfigMaps.map((configMap) => `${name}: ${configMap}`),
  );
  const asked = [...(state.report === undefined ? [] : askedOf(state.report)), "processes"];
  return { leaks, asked, keptCrds: [...new Set(kept)], keptConfigMaps: roots ?? [] };
}

function destroySteps(
  context: SandboxContext,
  signal: AbortSignal,
): Parameters<typeof runSteps<DownState>>[1] {
  const { home, stacks } = context;
  const destroy = (stack: string): Step<DownState> => ({
    title: `pulumi destroy ${stack}`,
    run: (_state, view) => destroyStack(context, stack, signal, view),
  });
  rmSync(home.report, { force: true });
  return [
    {
      title: "Daemon",
      run: (_state, view) => startForDown(context, view, signal),
    },
    // Remotes before the primary, whose istiod runs their proxies.
    ...byControlPlane(stacks.mesh, allRegions(context))
      .toReversed()
      .map((group) => ({
        title: "Regions",
        concurrent: true as const,
        steps: () => group.map(destroy),
      })),
    // Trust goes last: the regions' certificates are signed by it.
    destroy(stacks.global),
    {
      title: "Nothing left",
      run: async (state, view) => {
        await endExisting(context);
        state.report = await context.daemon.report();
        state.leaks.push(...leaksOf(state.report));
        view.title(leaksTitle(state.leaks, askedOf(state.report)));
      },
    },
  ];
}

/** What a daemon's report tells of. */
export function askedOf({ deletedClusters }: Pick<DaemonReport, "deletedClusters">): readonly string[] {
  const names = [...new Set(deletedClusters.map(({ name }) => name))].toSorted();
  const objects = names.length === 0 ? [] : [`objects of the mesh in ${names.join(", ")} before they went`];
  return [...objects, "clusters", "ARM resources"];
}

/** `Nothing left: asked for clusters, ARM resources`, or how much is. */
export function leaksTitle(leaks: readonly string[], asked: readonly string[]): string {
  return leaks.length === 0 ? `Nothing left: asked for ${asked.join(", ")}` : `Left: ${leaks.length}`;
}

/** Makes sure that what is destroyed can be reached. */
export async function startForDown(
  context: SandboxContext,
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const { home } = context;
  await endMarked(home.root);
  await releaseDeadLocks(context);
  if (!(await context.daemon.healthy())) {
    await endLeftovers(home);
    home.make();
    await startDaemon(context, await prepareTools(view, signal, context), signal);
  }
  await startClusters(context, (detail) => view.report(detail));
}

/** The regions of the table, and those that left it while they stood. */
function allRegions({ home, stacks }: SandboxContext): readonly string[] {
  const stored = [...stackStates(home).keys()].filter((name) => name !== stacks.global);
  return [...new Set([...stacks.regions, ...stored])];
}

export async function destroyStack(
  context: SandboxContext,
  stack: string,
  signal: AbortSignal,
  view: StepView,
): Promise<void> {
  // A start that was killed early has written no project yet.
  const made = existsSync(path.join(context.home.project, "Pulumi.yaml"));
  if (!made || !(await context.workspace.stacks()).includes(stack)) {
    view.title(`pulumi destroy ${stack}: was never up`);
    return;
  }
  // What an interrupted update made would else be left: destroy knows only what is in the state.
  await repairInterrupted(context, stack, view, signal);
  const summary = await context.workspace.destroy(stack, {
    signal,
    onProgress: (detail) => view.report(detail),
  });
  await context.workspace.remove(stack);
  view.title(`pulumi destroy ${stack}: ${describeChanges(summary.changes)}`);
}

function leaksOf(report: DaemonReport): string[] {
  // A cluster that was replaced was deleted more than once: what counts is how the last one went.
  const lastDeletions = new Map(report.deletedClusters.map((cluster) => [cluster.name, cluster]));
  return [
    ...[...lastDeletions.values()].flatMap(leaksOfCluster),
    ...report.clusters.map((cluster) => `cluster ${cluster.name} still stands`),
    ...report.resources.map((id) => `ARM resource ${id}`),
  ];
}

/** What a cluster left when it was deleted, as far as anybody could ask. */
export function leaksOfCluster(cluster: DaemonReport["deletedClusters"][number]): string[] {
  const { name, leftovers, unasked } = cluster;
  return [
    ...leftovers.map((object) => `${name}: ${object}`),
    ...(unasked === undefined ? [] : [`${name}: nobody asked what is left: ${unasked}`]),
  ];
}

/** The processes of a sandbox that still run: what is recorded, what the engine started, what is in containers. */
export function processLeaks({ home }: Pick<SandboxContext, "home">): string[] {
  const found = new Map([
    ...findMarked(home.root).map(({ pid, program }) => [pid, program] as const),
    ...processesOfContainersIn(home.clusters).map(({ pid, program }) => [pid, program] as const),
    ...ProcessRegistry.alive(home.processes).map(({ pid, name }) => [pid, name] as const),
  ]);
  return [...found].map(([pid, name]) => `process ${pid} (${name})`);
}
