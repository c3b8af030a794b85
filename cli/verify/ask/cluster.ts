import { PART_OF } from "../../../istio/model";
import { isUnknownKind, type KubeClient, type KubeObject } from "../../../sandbox/kube";
import { asking, type Asked } from "../check";
import type { LivePolicy, ProxyPods, RegionFacts, TestWorkloads } from "../facts";
import { ISTIO_API } from "../kinds";
import type { TestApplication } from "../requests/application";
import { askIstiods, type IstiodDoor, type IstiodPod } from "./istiod";

const ROOT_NAMESPACE = "istio-system";

/** How one region is reached. */
export interface ClusterAccess {
  readonly client: KubeClient;
  readonly door: IstiodDoor;
  /** Whether a pod is said to be ready with no process behind it. */
  readonly isSimulated: (pod: KubeObject) => boolean;
  /** What test requests go to. */
  readonly tests: TestApplication | undefined;
  readonly signal: AbortSignal;
}

/** Asks the API server and the istiods of a region; what cannot be asked is noted and stops nothing else. */
export async function askCluster({
  client,
  door,
  isSimulated,
  tests,
  signal,
}: ClusterAccess): Promise<Omit<RegionFacts, "stack">> {
  const ask = <T>(work: () => Promise<T>): Promise<Asked<T>> => asking(work, signal);
  const reach = await ask(() => apiVersion(client));
  if ("failed" in reach) return unreached(reach);
  const [controlPlane, pods, remoteSecrets, authority, publishedRoots, policies] = await Promise.all([
    ask(async () => (await deployments(client)).map(controlPlaneOf)),
    ask(() => client.list({ apiVersion: "v1", kind: "Pod" })),
    ask(async () => (await remoteSecretsOf(client)).map(remoteSecretOf)),
    ask(() => authorityOf(client)),
    ask(() => publishedRootsOf(client)),
    ask(() => policiesOf(client)),
  ]);
  const istiods =
    "failed" in pods ? { istiods: pods } : await askIstiods(door, istiodPods(pods.value), signal);
  const proxyPods = "failed" in pods ? pods : { value: proxyPodsOf(pods.value, isSimulated) };
  const testWorkloads = "failed" in pods ? pods : { value: testWorkloadsOf(pods.value, tests, isSimulated) };
  const inhabited = "failed" in pods ? pods : { value: namespacesOf(pods.value) };
  return {
    reach,
    controlPlane,
    ...istiods,
    remoteSecrets,
    proxyPods,
    inhabited,
    authority,
    publishedRoots,
    policies,
    testWorkloads,
  };
}

/** The facts of a region of which nothing can be asked. */
export function unreached(reach: { readonly failed: string }): Omit<RegionFacts, "stack"> {
  const failed = { failed: "its API server was not reached" };
  return {
    reach,
    controlPlane: failed,
    istiods: failed,
    remoteSecrets: failed,
    proxyPods: failed,
    inhabited: failed,
    authority: failed,
    publishedRoots: failed,
    policies: failed,
    testWorkloads: failed,
  };
}

/** The version that an API server says; whoever may sign in may ask for it. */
export async function apiVersion(client: KubeClient): Promise<string> {
  const { gitVersion } = await client.request<{ gitVersion: string }>({ method: "GET", path: "/version" });
  return gitVersion;
}

function deployments(client: KubeClient): Promise<KubeObject[]> {
  return client.list({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: ROOT_NAMESPACE,
    labelSelector: "app=istiod",
  });
}

interface DeploymentState {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

function controlPlaneOf(object: KubeObject) {
  const { spec, status = {} } = object as unknown as DeploymentState;
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  return {
    name: object.metadata.name,
    revision: object.metadata.labels?.["istio.io/rev"] ?? "default",
    replicas: spec.replicas ?? 1,
    ready: Math.min(readyReplicas, updatedReplicas),
    observed: observedGeneration >= (object.metadata.generation ?? 0),
  };
}

interface PodState {
  readonly spec: {
    readonly containers: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isReady(object: KubeObject): boolean {
  const { status = {} } = object as unknown as PodState;
  const ready =
    status.conditions?.some(({ type, status: now }) => type === "Ready" && now === "True") ?? false;
  return status.phase === "Running" && ready && object.metadata.deletionTimestamp === undefined;
}

/** Also those that the Deployment does not call ready are asked as soon as they are: proxies may hang on them. */
function istiodPods(pods: readonly KubeObject[]): readonly IstiodPod[] {
  return pods
    .filter(({ metadata }) => metadata.namespace === ROOT_NAMESPACE && metadata.labels?.["app"] === "istiod")
    .filter(isReady)
    .map(({ metadata }) => ({
      name: metadata.name,
      namespace: ROOT_NAMESPACE,
      revision: metadata.labels?.["istio.io/rev"] ?? "default",
    }));
}

function proxyPodsOf(pods: readonly KubeObject[], isSimulated: (pod: KubeObject) => boolean): ProxyPods {
  const all = pods.filter((pod) => hasProxy(pod) && isReady(pod));
  const real = all.filter((pod) => !isSimulated(pod));
  return {
    ready: real.map(({ metadata }) => `${metadata.name}.${metadata.namespace ?? ""}`).toSorted(),
    simulated: all.length - real.length,
  };
}

function testWorkloadsOf(
  pods: readonly KubeObject[],
  tests: TestApplication | undefined,
  isSimulated: (pod: KubeObject) => boolean,
): TestWorkloads {
  const all = pods.filter(
    (pod) =>
      pod.metadata.namespace === tests?.namespace &&
      pod.metadata.labels?.["app"] === tests?.app &&
      isReady(pod),
  );
  const simulated = all.filter(isSimulated).length;
  return { ready: all.length - simulated, simulated };
}

function namespacesOf(objects: readonly KubeObject[]): readonly string[] {
  return [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ""))];
}

function hasProxy(object: KubeObject): boolean {
  const { spec } = object as unknown as PodState;
  return [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === "istio-proxy");
}

function remoteSecretsOf(client: KubeClient): Promise<KubeObject[]> {
  return client.list({
    apiVersion: "v1",
    kind: "Secret",
    namespace: ROOT_NAMESPACE,
    labelSelector: "istio/multiCluster=true",
  });
}

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object["data"] as Record<string, string> | undefined) ?? {};
}

/** What the secrets hold is not kept. */
function remoteSecretOf(object: KubeObject) {
  return { name: object.metadata.name, clusters: Object.keys(dataOf(object)) };
}

/** The certificates of `cacerts`; its key is not kept. */
async function authorityOf(client: KubeClient) {
  const secret = await client.get({
    apiVersion: "v1",
    kind: "Secret",
    namespace: ROOT_NAMESPACE,
    name: "cacerts",
  });
  if (secret === undefined) return undefined;
  const data = dataOf(secret);
  const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
  return { certificate: text("ca-cert.pem"), roots: text("root-cert.pem") };
}

async function publishedRootsOf(client: KubeClient) {
  const maps = await client.list({
    apiVersion: "v1",
    kind: "ConfigMap",
    fieldSelector: "metadata.name=istio-ca-root-cert",
  });
  return maps.map((map) => ({
    namespace: map.metadata.namespace ?? "",
    pem: dataOf(map)["root-cert.pem"] ?? "",
  }));
}

/** All objects of Istio, whoever made them. */
async function policiesOf(client: KubeClient): Promise<readonly LivePolicy[]> {
  const kinds = Object.entries(ISTIO_API).flatMap(([apiVersion, names]) =>
    names.map((kind) => ({ apiVersion, kind })),
  );
  const lists = await Promise.all(
    kinds.map(async (kind) => (await listKnown(client, kind)).map((object) => policyOf(kind.kind, object))),
  );
  return lists.flat();
}

/** A kind that this version of Istio has not has no objects. */
async function listKnown(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
): Promise<readonly KubeObject[]> {
  try {
    return await client.list(kind);
  } catch (error) {
    if (isUnknownKind(error)) return [];
    throw error;
  }
}

function policyOf(kind: string, object: KubeObject): LivePolicy {
  const { name, namespace = "", labels = {}, annotations = {} } = object.metadata;
  const ours = labels["app.kubernetes.io/part-of"] === PART_OF;
  return { key: `${namespace}/${kind}/${name}`, ours, labels, annotations, spec: object["spec"] };
}
