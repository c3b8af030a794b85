import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { catalog } from "../../catalog";
import { KubeClient, type KubeObject } from "../../sandbox/kube";
import { loadProject } from "../project/load";
import type { StepView } from "../ui/steps";
import type { SandboxContext } from "./context";
import { workloadObjects } from "./workloads";

/** How long the first proxies may take: a busy machine starts fifteen of them at once. */
const READY_MS = 300_000;
const POLL_MS = 500;
const MANAGER = "mesh-sandbox";

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
}

interface DeploymentStatus {
  readonly readyReplicas?: number;
  readonly observedGeneration?: number;
}

/**
 * Runs what stands behind the services of the applications that the mesh runs, in each of its regions, and waits
 * until all of it is ready. It goes with the namespaces of the applications, which the stacks destroy.
 */
export async function startApplications(
  context: SandboxContext,
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const project = loadProject({ program: context.program, catalog });
  const regions = project.regions.filter(({ name }) => context.stacks.regions.includes(name));
  let started = 0;
  await Promise.all(
    regions.map(async ({ name, settings, compiled }) => {
      const namespaces = new Set(compiled.namespaces.map((namespace) => namespace.name));
      const run = catalog.applications
        .filter((application) => settings.applications.includes(application.name))
        .map(({ services }) => ({ services: services.filter(({ namespace }) => namespaces.has(namespace)) }));
      const objects = workloadObjects(run);
      const kube = await clientOf(context, name);
      try {
        for (const object of objects)
          await kube.apply(object, { fieldManager: MANAGER, force: true, signal });
        const deployments = objects.filter(({ kind }) => kind === "Deployment");
        await waitReady(kube, name, deployments, view, signal);
        started += deployments.length;
      } finally {
        kube.close();
      }
    }),
  );
  view.title(`Applications: ${started} workloads ready`);
}

async function waitReady(
  kube: KubeClient,
  region: string,
  deployments: readonly KubeObject[],
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    const waiting: string[] = [];
    for (const { apiVersion, kind, metadata } of deployments) {
      const { name, namespace } = metadata;
      const found = await kube.get({ apiVersion, kind, namespace, name });
      const status = (found?.["status"] ?? {}) as DeploymentStatus;
      const isSeen = (status.observedGeneration ?? 0) >= (found?.metadata.generation ?? 1);
      if (!isSeen || (status.readyReplicas ?? 0) < 1) waiting.push(`${namespace ?? ""}/${name}`);
    }
    if (waiting.length === 0) return;
    if (Date.now() > end)
      throw new Error(
        `After ${READY_MS / 1000} s these workloads of ${region} are not ready: ${waiting.join(", ")}. Look at ` +
          `kubectl --context ${region}-cluster get pods,events -A, and at pod-logs/ of the cluster's folder.`,
      );
    view.report(`waiting for ${region}: ${waiting.join(", ")}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** A client for the cluster of a region: where its stack says it is, as the sandbox's operator. */
async function clientOf({ home, workspace }: SandboxContext, region: string): Promise<KubeClient> {
  const { kubeconfig } = await workspace.allOutputs(region);
  if (typeof kubeconfig !== "string") throw new Error(`stack ${region} exports no kubeconfig`);
  const { clusters } = parse(kubeconfig) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  if (cluster === undefined) throw new Error(`the kubeconfig of ${region} names no cluster`);
  const token = readFileSync(home.operatorTokenFile, "utf8").trim();
  return KubeClient.direct({ server: cluster.server, caData: cluster["certificate-authority-data"], token });
}
