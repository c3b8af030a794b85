import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { kubeconfigsOf } from "./clusters";
import type { Repair, RepairStack } from "./finding";
import {
  knownReleases,
  mayBeOurs,
  mendArguments,
  planRelease,
  type KnownReleases,
  type ListedRelease,
  type Revision,
  type StuckRelease,
} from "./helm-plan";
import type { Deployment, StackExport } from "./state";

export interface HelmOptions {
  /** Environment of Helm; its PATH leads to `helm` and to what the kubeconfig's sign-in needs. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * For how long a release is left alone after Helm last wrote it, in minutes: a plugin on another machine may have
   * outlived its engine, and the program gives Helm ten minutes. @default 15
   */
  readonly ageMinutes?: number | undefined;
}

const DEFAULT_AGE_MINUTES = 15;
const LOOK_EVERY_MS = 5_000;

type Helm = (...args: string[]) => Promise<string>;

/** The releases of a stack that a killed Helm left in a state in which no other run of Helm takes them. */
export async function findReleases(stack: RepairStack, options: HelmOptions): Promise<readonly Repair[]> {
  const known = knownReleases(await deploymentOf(stack));
  if (known.urns.size + known.namespaces.size === 0) return [];
  const repairs: Repair[] = [];
  for (const kubeconfig of kubeconfigsOf(await deploymentOf(stack, "--show-secrets"))) {
    try {
      const stuck = await withHelm(kubeconfig, options, (helm) => stuckReleases(helm, known));
      repairs.push(...stuck.map((release) => repairOf(stack, release, kubeconfig, options)));
    } catch (error) {
      // What the state says can be mended all the same.
      const cause = error instanceof Error ? error.message : String(error);
      const fix = "see to it that Helm reaches the cluster, then run mesh repair again";
      repairs.push({ finding: { kind: "releases-unseen", what: "Helm releases", cause, fix } });
    }
  }
  return repairs;
}

async function deploymentOf(stack: RepairStack, ...flags: string[]): Promise<Deployment> {
  const exported = await stack.pulumi(["stack", "export", ...flags]);
  return (JSON.parse(exported) as StackExport).deployment ?? {};
}

async function stuckReleases(helm: Helm, known: KnownReleases): Promise<StuckRelease[]> {
  const ours = (await list(helm)).filter((release) => mayBeOurs(release, known));
  const plans = await Promise.all(
    ours.map(async (release) => planRelease(release, await history(helm, release), known)),
  );
  return plans.filter((plan) => plan !== undefined);
}

function repairOf(
  stack: RepairStack,
  release: StuckRelease,
  kubeconfig: string,
  options: HelmOptions,
): Repair {
  const ripe = ripeAt(release, options);
  const young = ripe > Date.now();
  const when = young
    ? `, at ${new Date(ripe).toISOString()}: until then a Helm elsewhere may be at work (--release-age 0 if none is)`
    : "";
  return {
    finding: {
      kind: "stuck-release",
      what: `Helm release ${release.id}`,
      cause: `revision ${release.revision} is ${release.status} since ${release.since}: Helm was ended while at it`,
      fix: `helm ${mendArguments(release).slice(0, 3).join(" ")}${when}; the next update does the rest`,
    },
    mend: async (report) => {
      await untilRipe(stack, release, options, report);
      const done = await withHelm(kubeconfig, options, async (helm) => {
        const [latest] = (await history(helm, release)).toSorted((a, b) => b.revision - a.revision);
        const moved = latest?.revision !== release.revision || latest.status !== release.status;
        if (moved) return `left alone: it is ${latest?.status ?? "gone"} by now`;
        report(`helm ${release.mend.action} ${release.id}`);
        await helm(...mendArguments(release));
        return release.mend.action === "rollback"
          ? `rolled back to revision ${release.mend.revision}`
          : "uninstalled";
      });
      if (release.urn !== undefined)
        await stack.pulumi([
          "refresh",
          "--yes",
          "--skip-preview",
          "--suppress-outputs",
          "--target",
          release.urn,
        ]);
      return done;
    },
  };
}

function ripeAt({ since }: StuckRelease, { ageMinutes = DEFAULT_AGE_MINUTES }: HelmOptions): number {
  return Date.parse(since) + ageMinutes * 60_000;
}

async function untilRipe(
  { signal }: RepairStack,
  release: StuckRelease,
  options: HelmOptions,
  report: (detail: string) => void,
): Promise<void> {
  const ripe = ripeAt(release, options);
  if (ripe > Date.now()) report(`${release.id} is left alone until ${new Date(ripe).toISOString()}`);
  while (ripe > Date.now())
    await sleep(
      Math.min(LOOK_EVERY_MS, ripe - Date.now()),
      undefined,
      signal === undefined ? {} : { signal },
    );
}

async function list(helm: Helm): Promise<ListedRelease[]> {
  const states = ["--pending", "--uninstalling", "--failed"];
  return JSON.parse(await helm("list", "--all-namespaces", ...states, "--output", "json")) as ListedRelease[];
}

/** Oldest first; none when the release is gone. */
async function history(
  helm: Helm,
  { name, namespace }: Pick<ListedRelease, "name" | "namespace">,
): Promise<Revision[]> {
  try {
    return JSON.parse(
      await helm("history", name, "--namespace", namespace, "--output", "json"),
    ) as Revision[];
  } catch (error) {
    if (error instanceof Error && error.message.includes("release: not found")) return [];
    throw error;
  }
}

/** Gives Helm the kubeconfig in a file of its own that nobody else may read, and takes that away again. */
async function withHelm<T>(
  kubeconfig: string,
  { env }: HelmOptions,
  work: (helm: Helm) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(env["TMPDIR"] ?? tmpdir(), "mesh-repair-"));
  try {
    const file = path.join(folder, "kubeconfig");
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    // Settings of the user's shell would lead Helm to another cluster or another store.
    const own = Object.entries(env).filter(([key]) => !/^(KUBE|HELM_(KUBE|NAMESPACE|DRIVER))/.test(key));
    return await work((...args) => runHelm(args, { ...Object.fromEntries(own), KUBECONFIG: file }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runHelm(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const done = await promisify(execFile)("helm", args, { env, maxBuffer: 64 * 1024 * 1024 });
    return done.stdout;
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT")
      throw new Error("There is no helm on PATH, which mends releases: https://helm.sh/docs/intro/install", {
        cause: error,
      });
    throw new Error(`helm ${args.slice(0, 2).join(" ")}: ${stderr.trim().replace(/^Error: /, "")}`, {
      cause: error,
    });
  }
}
