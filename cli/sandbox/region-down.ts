import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeJson } from "../../sandbox/home";
import { requireSoundStates } from "../pulumi/state";
import { runSteps, type Step } from "../ui/steps";
import { UsageError } from "../usage";
import { requireIdentity, type SandboxContext } from "./context";
import { askedOf, destroyStack, leaksOfCluster, leaksTitle, startForDown, type DownReport } from "./down";
import { exclusively } from "./exclusive";
import { endExisting } from "./existing";
import { inspectRegions } from "./inspect";
import { writeKubeconfig } from "./kubeconfig";
import { fitSlots } from "./prepare";
import { projectStacks } from "./regions";
import { refusedProxies, type SandboxReport } from "./report";
import { armFacts, stackStates, standingRegions, strayRegions } from "./standing";
import { endEverything, moveTmp } from "./up";

/**
 * `pulumi destroy` of one region of a sandbox that goes on standing. The others must have unlinked it before. Then
 * what is left of it is asked for, and its slot, its context and its row in the report go.
 */
export function sandboxRegionDown(
  context: SandboxContext,
  region: string,
  signal: AbortSignal,
): Promise<DownReport> {
  return exclusively(context, "mesh sandbox down", () => takeRegionDown(context, region, signal));
}

async function takeRegionDown(
  context: SandboxContext,
  region: string,
  signal: AbortSignal,
): Promise<DownReport> {
  const { home } = context;
  requireIdentity(home);
  mustBeKnown(context, region);
  requireSoundStates(home.backend);
  const found: Found = { leaks: [], asked: [], keptCrds: [], keptConfigMaps: [] };
  home.emptyTmp();
  const restore = moveTmp(context);
  try {
    await runSteps(found, steps(context, region, signal));
  } catch (error) {
    if (signal.aborted) await endEverything(context);
    throw error;
  } finally {
    restore();
    home.emptyTmp();
  }
  return found;
}

function steps(context: SandboxContext, region: string, signal: AbortSignal): Step<DownReport & Found>[] {
  const { home, stacks } = context;
  const others = stacks.regions.filter((name) => name !== region);
  return [
    { title: "Daemon", run: (_found, view) => startForDown(context, view, signal).then(() => undefined) },
    { title: "Unlinked by the others", run: () => mustBeUnlinked(context, region, others) },
    {
      title: `pulumi destroy ${region}`,
      run: async (_found, view) => {
        await destroyStack(context, region, signal, view);
        rmSync(path.join(home.project, `Pulumi.${region}.yaml`), { force: true });
      },
    },
    {
      title: "Nothing left",
      run: async (found, view) => {
        await endExisting(context, region);
        const { deletedClusters, clusters } = await context.daemon.report();
        const gone = deletedClusters.filter(({ name }) => name === `${region}-cluster`).at(-1);
        found.keptCrds.push(...(gone?.keptCrds ?? []));
        found.keptConfigMaps.push(...(gone?.keptConfigMaps ?? []));
        found.leaks.push(
          ...(gone === undefined ? [] : leaksOfCluster(gone)),
          ...clusters.filter(({ location }) => location === region).map(({ name }) => `cluster ${name}`),
          ...(armFacts(home).resources.get(region) ?? []).map((id) => `ARM resource ${id}`),
        );
        found.asked.push(...askedOf({ deletedClusters: gone === undefined ? [] : [gone] }));
        view.title(leaksTitle(found.leaks, found.asked));
      },
    },
    { title: "The others", run: () => showOthers({ ...context, stacks: { ...stacks, regions: others } }) },
  ];
}

interface Found {
  readonly leaks: string[];
  readonly asked: string[];
  readonly keptCrds: string[];
  readonly keptConfigMaps: string[];
}

/** A slip of the pen must not look like a region that was taken down. */
function mustBeKnown(context: SandboxContext, region: string): void {
  const { regions } = projectStacks(context.program);
  const known = [...new Set([...regions, ...standingRegions(context.home, context.stacks.global)])];
  if (known.includes(region)) return;
  throw new UsageError(
    `--region: got "${region}", allowed is a region of the table or one that stands: ${known.join(", ")}.`,
  );
}

/** A surviving istiod must not go on reading a cluster that is gone, nor its address stay allowed. */
async function mustBeUnlinked(
  context: SandboxContext,
  region: string,
  others: readonly string[],
): Promise<void> {
  const states = stackStates(context.home);
  const linking: string[] = [];
  for (const other of others.filter((name) => states.get(name)?.hasOutputs === true)) {
    const { linkedPeers } = await context.workspace.outputs(other);
    if (Array.isArray(linkedPeers) && linkedPeers.includes(region)) linking.push(other);
  }
  if (linking.length === 0) return;
  throw new Error(
    `${region} is still linked by ${linking.join(", ")}. Write ${region} into the default of global-mesh:leaving in ` +
      "Pulumi.yaml, or take it out of global-mesh:regions, and run npx mesh sandbox up, which unlinks it; then this " +
      "once more.",
  );
}

/** What is kept for users of the sandbox's shell, and of the report, without the region. */
async function showOthers(context: SandboxContext): Promise<void> {
  const { home } = context;
  const identity = fitSlots(context);
  const states = stackStates(home);
  const standing = context.stacks.regions.filter((name) => states.get(name)?.hasOutputs === true);
  const rest = { ...context, stacks: { ...context.stacks, regions: standing } };
  await writeKubeconfig(rest);
  let before: SandboxReport;
  try {
    before = JSON.parse(readFileSync(home.report, "utf8")) as SandboxReport;
  } catch {
    return; // no `up` came to its end, so there is no report to keep true
  }
  const seconds = new Map(before.regions.map(({ name, seconds: took }) => [name, took]));
  const { clusters } = await context.daemon.report();
  const isOfRest = (workload: string): boolean =>
    standing.some((region) => workload.startsWith(`${region} `));
  writeJson(home.report, {
    ...before,
    regions: await inspectRegions(rest, identity, seconds),
    strays: strayRegions(home, rest.stacks),
    simulatedPods: clusters.reduce((sum, { simulatedPods }) => sum + simulatedPods, 0),
    proxies: clusters.reduce((sum, { proxies }) => sum + proxies, 0),
    refusedProxies: refusedProxies(clusters),
    workloads: before.workloads.filter(isOfRest),
    leftOut: before.leftOut.filter(isOfRest),
  });
}
