import type { KubeObject, ObjectMeta } from "../kube";
import type { PodStatus } from "./status-types";

export type { Condition, ContainerState, ContainerStatus, PodStatus } from "./status-types";

/** A Pod, with the fields that the node agent reads; all others stay in place. */
export interface Pod extends KubeObject {
  metadata: PodMeta;
  spec: PodSpec;
  status?: PodStatus;
}

/** Metadata of a Pod. */
export interface PodMeta extends ObjectMeta {
  deletionGracePeriodSeconds?: number;
  ownerReferences?: OwnerReference[];
}

/** What a pod belongs to. */
export interface OwnerReference {
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

/** What a pod asks for. */
export interface PodSpec {
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: { nodeAffinity?: NodeAffinity };
  tolerations?: Toleration[];
  serviceAccountName?: string;
  restartPolicy?: "Always" | "OnFailure" | "Never";
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  initContainers?: Container[];
  containers: Container[];
  volumes?: Volume[];
}

/** The part of node affinity that must hold. */
export interface NodeAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: NodeSelectorTerm[] };
}

/** One of several alternatives of a node affinity. */
export interface NodeSelectorTerm {
  matchExpressions?: NodeRequirement[];
  matchFields?: NodeRequirement[];
}

/** One requirement on a node's labels or fields. */
export interface NodeRequirement {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  values?: string[];
}

/** What a pod tolerates of a node. */
export interface Toleration {
  key?: string;
  operator?: "Exists" | "Equal";
  value?: string;
  effect?: string;
}

/** A mark on a node that keeps pods away. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** A container of a pod. */
export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: EnvFrom[];
  /** Only "Always" in an init container: it then runs beside the main containers. */
  restartPolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  ports?: { name?: string; containerPort: number }[];
  volumeMounts?: VolumeMount[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  /** @default /dev/termination-log */
  terminationMessagePath?: string;
}

/** One environment variable. */
export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: FieldRef;
    resourceFieldRef?: ResourceFieldRef;
    configMapKeyRef?: KeyRef;
    secretKeyRef?: KeyRef;
  };
}

/** Points at a field of the pod. */
export interface FieldRef {
  fieldPath: string;
}

/** Points at a request or limit of a container. */
export interface ResourceFieldRef {
  containerName?: string;
  resource: string;
  divisor?: string;
}

/** Points at one key of a Secret or ConfigMap. */
export interface KeyRef {
  name: string;
  key: string;
  optional?: boolean;
}

/** All keys of a Secret or ConfigMap as environment variables. */
export interface EnvFrom {
  prefix?: string;
  configMapRef?: { name: string; optional?: boolean };
  secretRef?: { name: string; optional?: boolean };
}

/** Where a volume appears in a container. */
export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
}

/** A key of a Secret or ConfigMap and the file that it becomes. */
export interface KeyToPath {
  key: string;
  path: string;
}

/** A volume of a pod. */
export interface Volume {
  name: string;
  secret?: { secretName?: string; optional?: boolean; items?: KeyToPath[] };
  configMap?: { name: string; optional?: boolean; items?: KeyToPath[] };
  emptyDir?: unknown;
  downwardAPI?: { items?: DownwardItem[] };
  projected?: { sources?: ProjectedSource[] };
  [kind: string]: unknown;
}

/** One source of a projected volume. */
export interface ProjectedSource {
  secret?: { name: string; optional?: boolean; items?: KeyToPath[] };
  configMap?: { name: string; optional?: boolean; items?: KeyToPath[] };
  downwardAPI?: { items?: DownwardItem[] };
  serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number };
  clusterTrustBundle?: { path: string; optional?: boolean };
}

/** A file made of a field of the pod. */
export interface DownwardItem {
  path: string;
  fieldRef?: FieldRef;
  resourceFieldRef?: ResourceFieldRef;
}

/** How a container is asked whether it lives or is ready. */
export interface Probe {
  httpGet?: {
    path?: string;
    port: number | string;
    host?: string;
    scheme?: string;
    httpHeaders?: { name: string; value: string }[];
  };
  tcpSocket?: { port: number | string; host?: string };
  exec?: unknown;
  grpc?: unknown;
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

/** Whether this init container runs beside the main containers (a native sidecar, as Istio injects it). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

/** The identity of a pod that survives nothing: another pod of the same name has another one. */
export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? `${namespaceOf(pod)}/${pod.metadata.name}`;
}

/** The namespace of a pod. */
export function namespaceOf(pod: Pod): string {
  return pod.metadata.namespace ?? "default";
}

/** Whether another pod comes when this one is deleted: of a Job's, each deleted one counts as a failure. */
export function isReplaced({ metadata, spec: { restartPolicy = "Always" } }: Pod): boolean {
  const owners = metadata.ownerReferences ?? [];
  return restartPolicy === "Always" && owners.some(({ controller }) => controller === true);
}

/** Whether a pod has ended for good. */
export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}
