import type { KubeClient, KubeObject } from "../../../sandbox/kube";

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly message?: string };
}

/** How one container of a pod is. */
export interface ContainerStatus {
  readonly name: string;
  readonly started?: boolean | null;
  readonly state?: ContainerState;
}

/** A pod that sends requests, as far as it is looked at. */
export interface RequestPod extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** What waiting longer does not mend. */
const HOPELESS: readonly string[] = ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"];

/** All containers of a pod, native sidecars too. */
export function containerStatuses({ status = {} }: RequestPod): readonly ContainerStatus[] {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}

/** How a container ended, and its last words; undefined while it has not. */
export function lastWords(
  pod: RequestPod,
  container: string,
): { readonly exitCode: number; readonly message?: string } | undefined {
  return containerStatuses(pod).find(({ name }) => name === container)?.state?.terminated;
}

/** Why a pod will never send anything. */
export function hopeless(pod: RequestPod): string | undefined {
  const stuck = containerStatuses(pod).find(({ state }) => HOPELESS.includes(state?.waiting?.reason ?? ""));
  return stuck === undefined ? undefined : waiting(stuck);
}

/** What a pod is waiting for. */
export function whyNotDone(pod: RequestPod): string {
  const unplaced = pod.status?.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  if (unplaced !== undefined) return `no node takes it: ${unplaced.message ?? "unscheduled"}`;
  const statuses = containerStatuses(pod);
  const proxy = statuses.find(({ name }) => name === "istio-proxy");
  if (proxy?.state?.running !== undefined && proxy.started !== true) return "istio-proxy is not ready";
  const held = statuses.find(({ state }) => state?.waiting?.message !== undefined);
  if (held !== undefined) return waiting(held);
  return statuses.length === 0 ? "it waits for its node" : "its requests are under way";
}

function waiting({ name, state }: ContainerStatus): string {
  const { reason = "waiting", message = "" } = state?.waiting ?? {};
  return `${name}: ${reason}${message === "" ? "" : `: ${message.slice(0, 200)}`}`;
}

/** Warnings about an object of that name, the latest last; none where events may not be read. */
export async function warnings(
  client: Pick<KubeClient, "list">,
  namespace: string,
  name: string,
): Promise<string[]> {
  const fieldSelector = `involvedObject.name=${name},type=Warning`;
  const events = await client
    .list({ apiVersion: "v1", kind: "Event", namespace, fieldSelector })
    .catch(() => []);
  const at = ({ metadata, lastTimestamp }: KubeObject): string =>
    typeof lastTimestamp === "string" ? lastTimestamp : (metadata.creationTimestamp ?? "");
  const sorted = events.toSorted((one, other) => (at(one) < at(other) ? -1 : 1));
  return [...new Set(sorted.map(({ reason, message }) => `${String(reason)}: ${String(message)}`))];
}
