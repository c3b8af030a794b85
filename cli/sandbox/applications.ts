import { setTimeout as sleep } from "node:timers/promises";
import { catalog } from "../../catalog";
import type { KubeClient, KubeObject } from "../../sandbox/kube";
import { MOST_PROXIES } from "../../sandbox/node/mesh/places";
import { loadProject } from "../project/load";
import type { StepView } from "../ui/steps";
import { chosenSettings, replacedApplications } from "./chosen";
import type { SandboxContext } from "./context";
import { exampleRequest } from "./example";
import { regionClient } from "./kubeconfig";
import { planWorkloads, workloadKey, type RegionServices, type Workload } from "./plan";
import { together } from "./together";
import { PART_OF, workloadObjects } from "./workloads";

/** How long the first proxies may take: a busy machine starts fifteen of them at once. */
const READY_MS = 300_000;
const POLL_MS = 500;
const MANAGER = "mesh-sandbox";
/** Places that stay free: for a Job of `mesh verify`, and for a pod of the user's own. */
const SPARE = 1;
/** By this annotation of their pods the webhook knows gateways. */
const TEMPLATE = "inject.istio.io/templates";

interface DeploymentFields {
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: { readonly readyReplicas?: number; readonly observedGeneration?: number };
}

/** What runs behind the services of the catalog. */
export interface StartedApplications {
  /** Names of the applications. */
  readonly applications: readonly string[];
  /** Applications of the settings that others were chosen in place of; empty where these run. */
  readonly inPlaceOf: readonly string[];
  /** Workloads that run, as `region namespace/name`. */
  readonly workloads: readonly string[];
  /** Workloads that find no room beside those that run, as `region namespace/name`. */
  readonly leftOut: readonly string[];
  /** A request that the catalog lets through, as arguments of `mesh sandbox curl`; absent where there is none. */
  readonly example?: string;
}

/**
 * Runs what stands behind the services of the applications that the mesh runs, in each of its regions as far as there
 * are places for proxies, and waits until all of it is ready. It goes with the namespaces of the applications, which
 * the stacks destroy.
 */
export async function startApplications(
  context: SandboxContext,
  view: StepView,
  signal: AbortSignal,
): Promise<StartedApplications> {
  const { regions: standing, leaving = [] } = context.stacks;
  // The others have unlinked a region that leaves, and its workloads have ended before.
  const names = standing.filter((region) => !leaving.includes(region));
  const settings = chosenSettings(context.applications);
  const project = loadProject({ program: context.program, catalog, settings });
  const regions = names.flatMap((name) => project.regions.filter((region) => region.name === name));
  const services = regions.map(({ name, settings: { applications }, compiled }): RegionServices => {
    const namespaces = new Set(compiled.namespaces.map((namespace) => namespace.name));
    const run = catalog.applications.filter((application) => applications.includes(application.name));
    return {
      region: name,
      services: run.flatMap((one) => one.services.filter(({ namespace }) => namespaces.has(namespace))),
    };
  });
  const clients = new Map<string, KubeClient>();
  try {
    for (const region of standing) clients.set(region, await regionClient(context, region));
    const gateways = await Promise.all([...clients.values()].map(gatewaysOf));
    const places = MOST_PROXIES - SPARE - gateways.reduce((sum, count) => sum + count, 0);
    const plan = planWorkloads(services, regions[0]?.settings.rollouts ?? {}, places);
    const isRun = new Set(plan.run);
    await together(
      services,
      async (region, ends) => {
        const kube = clients.get(region.region);
        if (kube === undefined) return;
        const replicas = new Map(
          [...plan.run, ...plan.leftOut]
            .filter((workload) => workload.region === region.region)
            .map((workload) => [workloadKey(workload), isRun.has(workload) ? 1 : 0]),
        );
        await apply(kube, region, replicas, view, ends);
      },
      signal,
    );
    view.title(`Applications: ${plan.run.length} workloads ready`);
    const example = exampleRequest(plan.run);
    return {
      applications: [...new Set(regions.flatMap(({ settings: { applications } }) => applications))],
      inPlaceOf: replacedApplications(context.program, standing, context.applications),
      workloads: plan.run.map(nameOf),
      leftOut: plan.leftOut.map(nameOf),
      ...(example === undefined ? {} : { example }),
    };
  } finally {
    for (const kube of clients.values()) kube.close();
  }
}

function nameOf(workload: Workload): string {
  return `${workload.region} ${workloadKey(workload)}`;
}

/** How many proxies the gateways of a cluster are. */
async function gatewaysOf(kube: KubeClient): Promise<number> {
  const deployments = await kube.list({ apiVersion: "apps/v1", kind: "Deployment" });
  return deployments
    .map((deployment) => (deployment as unknown as DeploymentFields).spec)
    .filter(({ template }) => template.metadata?.annotations?.[TEMPLATE] === "gateway")
    .reduce((sum, { replicas = 1 }) => sum + replicas, 0);
}

/** Brings the workloads of a region to what is wanted; those of services that the catalog has no longer go. */
async function apply(
  kube: KubeClient,
  { region, services }: RegionServices,
  replicas: ReadonlyMap<string, number>,
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const objects = workloadObjects([{ services }], replicas);
  const kind = { apiVersion: "apps/v1", kind: "Deployment" };
  const wanted = new Set(
    objects.filter((object) => object.kind === "Deployment").map(({ metadata }) => key(metadata)),
  );
  for (const { metadata } of await kube.list({ ...kind, labelSelector: PART_OF }))
    if (!wanted.has(key(metadata)))
      await kube.delete({ ...kind, name: metadata.name, namespace: metadata.namespace });
  // Those that end first: what comes up may need their places.
  const ordered = objects.toSorted((left, right) => replicasOf(left) - replicasOf(right));
  for (const object of ordered) await kube.apply(object, { fieldManager: MANAGER, force: true, signal });
  await waitReady(kube, region, objects, view, signal);
}

function key({ namespace, name }: KubeObject["metadata"]): string {
  return `${namespace ?? ""}/${name}`;
}

function replicasOf(object: KubeObject): number {
  return object.kind === "Deployment" ? ((object as unknown as DeploymentFields).spec.replicas ?? 1) : -1;
}

async function waitReady(
  kube: KubeClient,
  region: string,
  objects: readonly KubeObject[],
  view: StepView,
  signal: AbortSignal,
): Promise<void> {
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  const end = Date.now() + READY_MS;
  for (;;) {
    const waiting: string[] = [];
    for (const object of deployments) {
      const { apiVersion, kind, metadata } = object;
      const { name, namespace } = metadata;
      const found = await kube.get({ apiVersion, kind, namespace, name });
      const { status = {} } = (found ?? {}) as unknown as Partial<DeploymentFields>;
      const isSeen = (status.observedGeneration ?? 0) >= (found?.metadata.generation ?? 1);
      if (!isSeen || (status.readyReplicas ?? 0) < replicasOf(object)) waiting.push(key(metadata));
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
