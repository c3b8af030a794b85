import type { Application } from "../../../../istio/intent";
import type { GatewayKey } from "../../../../istio/values";
import { workloadObjects } from "../../../../cli/sandbox/workloads";
import type { KubeObject } from "../../../../sandbox/kube";
import type { RolloutPhases } from "../../../../topology";
import { eventually, makeNamespace, type TestCluster } from "../../node/support/cluster";
import { SYSTEM } from "./install";
import type { TestRegion } from "./project";
import { eastWestPolicy } from "./topology";

/** A workload of the catalog in a region. */
export interface Place {
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
  /** Empty where the service has one version. */
  readonly version: string;
}

/** What a mesh is to show. */
export interface Play {
  /** Regions where its workloads run; other regions that stand have its policies only. */
  readonly regions: readonly string[];
  /** Applications of the catalog; the baseline of the mesh comes besides. */
  readonly applications: readonly Application[];
  /** Phases of canaries as `rollouts.yaml` has them, in place of the tracked ones. @default the tracked ones */
  readonly rollouts?: RolloutPhases;
  /** How many pods of a workload run; undefined leaves its Deployment out. @default 1 */
  readonly replicas?: (place: Place) => number | undefined;
  /** Annotations of a workload's pods, e.g. which of its counters Envoy keeps. @default none */
  readonly annotations?: (place: Place) => Readonly<Record<string, string>>;
  /** Gateways of each of the regions. @default none */
  readonly gateways?: readonly GatewayKey[];
  /** What becomes of each policy that the program makes; undefined takes it out. @default it stays */
  readonly adapt?: (object: KubeObject) => KubeObject | undefined;
  /** Objects besides, in each region. @default none */
  readonly extra?: (region: string) => readonly KubeObject[];
}

/** What stands in a cluster because of a play. */
export interface Played {
  readonly objects: ReadonlyMap<string, KubeObject>;
}

/** Applies what a play wants of a region, after taking out what only the one before wanted. */
export async function applyPlay(
  { kube }: TestCluster,
  region: TestRegion,
  play: Play,
  before: Played | undefined,
): Promise<Played> {
  const { namespaces: own, objects, configMaps } = region.plan.policy;
  const labels = new Map<string, object>(own.map((namespace) => [namespace.name, namespace.labels]));
  const wanted = [
    ...objects.flatMap((one) => {
      const object = one as unknown as KubeObject;
      return play.adapt === undefined ? [object] : (play.adapt(object) ?? []);
    }),
    ...configMaps.map(({ metadata, data }) => ({
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata }, data },
    })),
    ...eastWestPolicy(region),
    ...workloads(region.settings.region.name, play),
    ...(play.extra?.(region.settings.region.name) ?? []),
  ];
  const now = new Map(wanted.map((object) => [keyOf(object), object]));
  for (const [key, object] of before?.objects ?? []) {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    const ref = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    if (!now.has(key)) await kube.delete(ref, { propagationPolicy: "Background" });
  }
  for (const name of region.plan.namespaces) {
    const namespace = { apiVersion: "v1", kind: "Namespace", name };
    if ((await kube.get(namespace)) === undefined) await makeNamespace(kube, name);
    await kube.patch(namespace, { metadata: { labels: labels.get(name) ?? {} } });
  }
  for (const object of now.values()) {
    const same = JSON.stringify(before?.objects.get(keyOf(object))) === JSON.stringify(object);
    if (!same) await kube.apply(object, { fieldManager: "test", force: true });
  }
  return { objects: now };
}

/** Waits until as many pods as the play wants are ready in a cluster, and no other is left. */
export async function waitForPods(
  { kube, agent }: TestCluster,
  region: string,
  played: Played,
): Promise<void> {
  let missing = "";
  await eventually(`the pods of the play in ${region}`, 240_000, async () => {
    const deployments = await kube.list({ apiVersion: "apps/v1", kind: "Deployment" });
    const own = deployments.filter(({ metadata }) => metadata.namespace !== SYSTEM);
    const unsettled = own.filter((one) => !isSettled(one));
    const alone = [...played.objects.values()].filter(({ kind }) => kind === "Pod").length;
    const expected = own.reduce((sum, one) => sum + replicasOf(one), alone);
    const running = agent.dataPlane.running().map(({ pod }) => pod.metadata.name);
    const { refusedPods } = agent.dataPlane.admission;
    missing = JSON.stringify({
      unsettled: unsettled.map(({ metadata, status }) => ({ name: metadata.name, status })),
      ...{ expected, running, refusedPods },
    });
    return unsettled.length === 0 && running.length === expected ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${missing}`, { cause: error });
  });
}

/** Whether all pods of a Deployment are ready and as it now says, and its controller has seen what it says. */
function isSettled(deployment: KubeObject): boolean {
  const {
    observedGeneration = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
  } = (deployment.status ?? {}) as DeploymentStatus;
  const replicas = replicasOf(deployment);
  const isSeen = observedGeneration >= (deployment.metadata.generation ?? 0);
  return isSeen && updatedReplicas === replicas && readyReplicas === replicas;
}

function replicasOf({ spec }: KubeObject): number {
  return (spec as { readonly replicas?: number }).replicas ?? 1;
}

interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
}

function workloads(region: string, play: Play): KubeObject[] {
  const here = play.regions.includes(region);
  return workloadObjects(play.applications).flatMap((object) => {
    if (object.kind !== "Deployment") return object;
    const { app: service = "", version = "" } = object.metadata.labels ?? {};
    const place = { region, namespace: object.metadata.namespace ?? "", service, version };
    const wanted = play.replicas === undefined ? 1 : play.replicas(place);
    if (wanted === undefined) return [];
    const spec = object["spec"] as { readonly template: { readonly metadata: KubeObject["metadata"] } };
    const { metadata } = spec.template;
    const annotations = { ...metadata.annotations, ...play.annotations?.(place) };
    const template = { ...spec.template, metadata: { ...metadata, annotations } };
    return { ...object, spec: { ...spec, replicas: here ? wanted : 0, template } };
  });
}

function keyOf({ apiVersion, kind, metadata: { namespace = "", name } }: KubeObject): string {
  return [apiVersion, kind, namespace, name].join("/");
}
