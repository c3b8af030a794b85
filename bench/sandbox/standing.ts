import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requireIdentity, sandboxContext, type SandboxContext } from "../../cli/sandbox/context";
import { sandboxDown } from "../../cli/sandbox/down";
import { waitSynced } from "../../cli/sandbox/inspect";
import { writeKubeconfig } from "../../cli/sandbox/kubeconfig";
import {
  prepareHome,
  preparePlugins,
  prepareProject,
  prepareTools,
  startDaemon,
  type Toolbox,
} from "../../cli/sandbox/prepare";
import { moveTmp } from "../../cli/sandbox/up";
import { ProcessRegistry } from "../../sandbox/processes";
import type { BenchContext } from "../context";
import { parseStat, processTree } from "../processes";
import { copyProgram } from "../program/variants";

/** What some work took. */
export interface Taken {
  readonly wallSeconds: number;
  /** Of the commands that were run, with all that they started and waited for. */
  readonly commandSeconds: number;
  /** Of the clusters, istiod included, and of the stand-in for Azure, meanwhile. */
  readonly clusterSeconds: number;
}

/** A sandbox of the run's own with a copy of the program, nothing brought up yet. */
export interface BenchSandbox {
  readonly context: SandboxContext;
  readonly toolbox: Toolbox;
  /** Writes a file of the program's copy. */
  write(file: string, text: string): void;
  read(file: string): string;
  /** `pulumi up` of stacks, all at once. */
  up(stacks: readonly string[]): Promise<Taken>;
  destroy(stacks: readonly string[]): Promise<Taken>;
  /** Until each istiod lists its linked peers as synced. */
  synced(): Promise<Taken>;
  /** Writes the kubeconfig of the commands by hand from what the stacks export. */
  kubeconfig(): Promise<void>;
  timed(work: () => Promise<unknown>): Promise<Taken>;
}

/** Runs work with a sandbox and takes it down by force, whatever happens. */
export async function withSandbox<T>(
  bench: BenchContext,
  work: (sandbox: BenchSandbox) => Promise<T>,
): Promise<T> {
  const never = new AbortController().signal;
  const program = copyProgram(path.join(bench.scratch, "program"));
  const context = sandboxContext({ program, home: path.join(bench.scratch, "home"), proxies: false });
  const restore = moveTmp(context);
  try {
    return await work(await prepare(bench, context));
  } finally {
    restore();
    if (context.home.identity() !== undefined) await sandboxDown(context, { force: true }, never);
  }
}

async function prepare(bench: BenchContext, context: SandboxContext): Promise<BenchSandbox> {
  const { signal } = bench;
  const view = {
    report: () => undefined,
    title: (text: string) => bench.progress(text),
    note: (text: string) => bench.progress(text),
  };
  const toolbox = await prepareTools(view, signal, context);
  const identity = await prepareHome(context, toolbox);
  await preparePlugins(context, identity, toolbox);
  prepareProject(context, identity, toolbox.charts);
  await startDaemon(context, toolbox, signal);
  const daemon = ProcessRegistry.alive(context.home.processes).find(({ name }) => name === "daemon")?.pid;
  if (daemon === undefined) throw new Error("the sandbox's daemon has no record of its process");

  const timed = async (work: () => Promise<unknown>): Promise<Taken> => {
    signal.throwIfAborted();
    const began = { wall: process.hrtime.bigint(), commands: endedChildren(), clusters: clusters(daemon) };
    await work();
    return {
      wallSeconds: Number(process.hrtime.bigint() - began.wall) / 1e9,
      commandSeconds: endedChildren() - began.commands,
      clusterSeconds: clusters(daemon) - began.clusters,
    };
  };
  const all = (stacks: readonly string[], run: (stack: string) => Promise<unknown>): Promise<Taken> =>
    timed(async () => {
      const done = await Promise.allSettled(stacks.map(run));
      for (const outcome of done) if (outcome.status === "rejected") throw outcome.reason;
    });
  return {
    context,
    toolbox,
    write: (file, text) => writeFileSync(path.join(context.program, file), text),
    read: (file) => readFileSync(path.join(context.program, file), "utf8"),
    up: (stacks) => all(stacks, (stack) => context.workspace.up(stack, { signal })),
    destroy: (stacks) => all(stacks, (stack) => context.workspace.destroy(stack, { signal })),
    synced: () => timed(() => waitSynced(context, requireIdentity(context.home), () => undefined, signal)),
    kubeconfig: () => writeKubeconfig(context),
    timed,
  };
}

/**
 * Processor time of all children that this process has waited for, with what they waited for in turn: the kernel
 * adds it up when a process is reaped, so that nothing short-lived is missed.
 */
function endedChildren(): number {
  return parseStat(readFileSync("/proc/self/stat", "utf8")).endedChildrenSeconds;
}

/** Of the daemon and all that it runs; what ends meanwhile is counted by the daemon, which reaps it. */
function clusters(daemon: number): number {
  return processTree(daemon).reduce((sum, entry) => sum + entry.cpuSeconds, 0);
}
