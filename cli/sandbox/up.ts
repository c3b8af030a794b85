import { rmSync } from "node:fs";
import { writeJson, type SandboxIdentity } from "../../sandbox/home";
import { requireRoom, requireSoundStates } from "../pulumi/state";
import { ProcessRegistry } from "../../sandbox/processes";
import { endContainersIn, endMarked } from "../../sandbox/processes/marked";
import { withLocksExplained } from "../repair/locked";
import { runSteps, type Step, type StepView } from "../ui/steps";
import { startApplications, type StartedApplications } from "./applications";
import { replacedApplications, requireKnown } from "./chosen";
import type { SandboxContext } from "./context";
import { exclusively } from "./exclusive";
import { startExisting } from "./existing";
import { inspectRegions, waitSynced } from "./inspect";
import { writeKubeconfig } from "./kubeconfig";
import { repairInterrupted } from "./interrupted";
import { endWorkloads } from "./leaving";
import { releaseDeadLocks } from "./locks";
import {
  hasDataPlane,
  prepareHome,
  preparePlugins,
  prepareProject,
  prepareTools,
  startDaemon,
  type Toolbox,
} from "./prepare";
import { byControlPlane } from "./regions";
import { refusedProxies, type PluginReport, type SandboxReport } from "./report";
import { stackStates, strayRegions } from "./standing";
import { startClusters } from "./status";

/** Outputs of a region that name what a later update makes. */
const WAITED_FOR = ["pendingPeers", "pendingPeerings", "pendingGateways"] as const;

/** What the steps learn from each other. */
interface UpState {
  toolbox?: Toolbox;
  identity?: SandboxIdentity;
  plugins: PluginReport[];
  /** Wall time of each region's updates. */
  readonly seconds: Map<string, number>;
  pending: string[];
  /** Whether the daemon that serves runs proxies. */
  hasProxies: boolean;
  started?: StartedApplications;
  report?: SandboxReport;
}

/**
 * Brings a sandbox up, or brings one that stands up to date: tools, daemon, `pulumi up` of every stack, and a
 * second pass over the regions whose peers were not there yet.
 *
 * @param signal aborting it ends every process of the sandbox before this returns.
 */
export function sandboxUp(context: SandboxContext, signal: AbortSignal): Promise<SandboxReport> {
  return exclusively(context, "mesh sandbox up", () => bringUp(context, signal));
}

async function bringUp(context: SandboxContext, signal: AbortSignal): Promise<SandboxReport> {
  const started = Date.now();
  requireKnown(context.applications ?? []);
  requireRoom(context.home.root);
  requireSoundStates(context.home.backend);
  const state: UpState = { plugins: [], seconds: new Map(), pending: [], hasProxies: false };
  // The Automation API keeps each update's event log, secrets included, in the temporary folder while it runs.
  const restore = moveTmp(context);
  // A report of an earlier start says nothing of this one.
  rmSync(context.home.report, { force: true });
  try {
    await runSteps(state, steps(context, signal, started));
    // A signal that came when no command ran any more.
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) await endEverything(context);
    throw error;
  } finally {
    restore();
    if (context.home.identity() !== undefined) context.home.emptyTmp();
  }
  if (state.report === undefined) throw new Error("the sandbox came up without a report");
  return state.report;
}

/** Moves this process's temporary files into the sandbox's home; returns the way back. */
export function moveTmp(context: SandboxContext): () => void {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = context.home.tmp;
  return () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  };
}

/** Ends all processes of a sandbox at once; its state on disk stays for the next start. */
export async function endEverything(context: SandboxContext): Promise<void> {
  await endMarked(context.home.root);
  await ProcessRegistry.endRecorded(context.home.processes);
  await endContainersIn(context.home.clusters);
}

function steps(
  context: SandboxContext,
  signal: AbortSignal,
  started: number,
): Parameters<typeof runSteps<UpState>>[1] {
  const { global, mesh, regions } = context.stacks;
  return [
    {
      title: "Tools",
      run: async (state, view) => {
        state.toolbox = await prepareTools(view, signal, context);
      },
    },
    {
      title: "Sandbox",
      run: async (state, view) => {
        const toolbox = need(state.toolbox);
        view.report("home folder");
        state.identity = await prepareHome(context, toolbox);
        view.report("plugins");
        state.plugins = await preparePlugins(context, state.identity, toolbox);
        prepareProject(context, state.identity, toolbox.charts);
        await releaseDeadLocks(context);
        view.report("daemon");
        await startDaemon(context, toolbox, signal);
        state.hasProxies = hasDataPlane(context.home);
        if (context.proxies !== state.hasProxies) view.note(otherPlane(state.hasProxies));
        const replaced = replacedApplications(context.program, regions, context.applications);
        if (replaced.length > 0)
          view.note(
            `applications: ${(context.applications ?? []).join(", ")}, in place of ${replaced.join(", ")}; what is of others goes`,
          );
        await startClusters(context, (detail) => view.report(detail));
        await startExisting(context, toolbox.tools.get("kube-apiserver")?.version ?? "", view);
        view.title(
          `Sandbox: addresses 127.${state.identity.block}.0.0/16, ARM stand-in ${state.identity.armUrl}`,
        );
      },
    },
    {
      title: `pulumi up ${global}`,
      run: (_state, view) => up(context, global, view, signal).then(() => undefined),
    },
    ...endWorkloads(context, signal),
    ...regionWaves(context).map(({ title, regions }) => ({
      title,
      concurrent: true,
      steps: () => regions.map((region) => regionStep(context, region, signal)),
    })),
    ...byControlPlane(mesh, regions).map((group, index) => ({
      title: index === 0 ? "Links" : "Gateways of remotes",
      concurrent: true as const,
      steps: (state: UpState) =>
        state.pending
          .filter((region) => group.includes(region))
          .map((region) => regionStep(context, region, signal)),
    })),
    {
      title: "Remote clusters synced",
      run: async (state, view) => {
        await waitSynced(context, need(state.identity), (detail) => view.report(detail), signal);
      },
    },
    {
      title: "Applications",
      run: async (state, view) => {
        if (state.hasProxies) state.started = await startApplications(context, view, signal);
        else view.title("Applications: none, without proxies");
      },
    },
    {
      title: "Report",
      run: async (state) => {
        await writeKubeconfig(context);
        const stood = await context.daemon.report();
        state.report = {
          regions: await inspectRegions(context, need(state.identity), state.seconds),
          strays: strayRegions(context.home, context.stacks),
          plugins: state.plugins,
          ...(state.started ?? { applications: [], inPlaceOf: [], workloads: [], leftOut: [] }),
          hasProxies: state.hasProxies,
          proxies: stood.clusters.reduce((sum, cluster) => sum + cluster.proxies, 0),
          refusedProxies: refusedProxies(stood.clusters),
          simulatedPods: stood.clusters.reduce((sum, cluster) => sum + cluster.simulatedPods, 0),
          tools: [...need(state.toolbox).tools.values()].map(({ name, version, source }) => ({
            name,
            version,
            source,
          })),
          seconds: Math.round((Date.now() - started) / 100) / 10,
        };
        writeJson(context.home.report, state.report);
      },
    },
  ];
}

/**
 * Regions that have no outputs yet come up before the others of a mesh that stands, which then link them in one pass.
 * At the same time with them, an update of a linked peer could read the half-made stack of a region that came back,
 * and would have to take it for a fault.
 */
function regionWaves(context: SandboxContext): readonly { title: string; regions: readonly string[] }[] {
  const states = stackStates(context.home);
  const isNew = (region: string): boolean => states.get(region)?.hasOutputs !== true;
  const { mesh, regions } = context.stacks;
  const [fresh, others] = [regions.filter(isNew), regions.filter((region) => !isNew(region))];
  const waves =
    fresh.length === 0 || others.length === 0
      ? [{ title: "Regions", regions }]
      : [
          { title: "New regions", regions: fresh },
          { title: "Regions", regions: others },
        ];
  return waves.flatMap((wave) =>
    byControlPlane(mesh, wave.regions).map((group) => ({ ...wave, regions: group })),
  );
}

function regionStep(context: SandboxContext, region: string, signal: AbortSignal): Step<UpState> {
  return {
    title: `pulumi up ${region}`,
    run: async (state, view) => {
      const took = await up(context, region, view, signal);
      state.seconds.set(region, (state.seconds.get(region) ?? 0) + took);
      const outputs = await context.workspace.outputs(region);
      state.pending = state.pending.filter((name) => name !== region);
      const waitsFor = WAITED_FOR.flatMap((name) => (outputs[name] as readonly string[] | undefined) ?? []);
      if (waitsFor.length > 0) state.pending.push(region);
    },
  };
}

/** One `pulumi up`; returns its seconds. */
async function up(
  context: SandboxContext,
  stack: string,
  view: StepView,
  signal: AbortSignal,
): Promise<number> {
  const repaired = await repairInterrupted(context, stack, view, signal);
  const before = repaired === 0 ? "" : `${repaired} interrupted operations repaired, `;
  try {
    const summary = await context.workspace.up(stack, {
      signal,
      onProgress: (detail) => view.report(detail),
    });
    view.title(`pulumi up ${stack}: ${before}${describeChanges(summary.changes)}`);
    return summary.seconds;
  } catch (error) {
    // A lock that was taken since the start, in the sandbox's shell perhaps.
    throw withLocksExplained(stack, error);
  }
}

/** The daemon of a sandbox that stands goes on as it was started. */
function otherPlane(hasProxies: boolean): string {
  return `this sandbox was started ${hasProxies ? "with" : "without"} proxies and goes on so until it is taken down`;
}

/** `12 created, 1 updated`, or `no changes`. */
export function describeChanges(changes: Readonly<Record<string, number>>): string {
  const words: Readonly<Record<string, string>> = {
    create: "created",
    update: "updated",
    delete: "deleted",
    replace: "replaced",
  };
  const parts = Object.entries(words).flatMap(([op, word]) => {
    const count = changes[op] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return parts.join(", ") || "no changes";
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step ran before the one that it needs");
  return value;
}
