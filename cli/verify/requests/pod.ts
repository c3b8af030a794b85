import type { KubeClient, KubeObject } from "../../../sandbox/kube";
import { plain } from "./answer";

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: Terminated;
}

/** How a container ended. */
export interface Terminated {
  readonly exitCode: number;
  /** The kubelet's or the runtime's word for it, as in `OOMKilled`. */
  readonly reason?: string;
  /** Its last words. */
  readonly message?: string;
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
    readonly phase?: string;
    /** Why the whole pod failed, as in `Evicted`. */
    readonly reason?: string;
    readonly message?: string;
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
export function lastWords(pod: RequestPod, container: string): Terminated | undefined {
  return containerStatuses(pod).find(({ name }) => name === container)?.state?.terminated;
}

/** Why a pod will never send anything, or not all of it. */
export function hopeless(pod: RequestPod): string | undefined {
  const stuck = containerStatuses(pod).find(({ state }) => HOPELESS.includes(state?.waiting?.reason ?? ""));
  if (stuck !== undefined) return waiting(stuck);
  return pod.status?.phase === "Failed" ? failure(pod) : undefined;
}

/** How a pod failed: by the kubelet's word for the whole of it, and by its first container that ended badly. */
function failure(pod: RequestPod): string {
  const ended = containerStatuses(pod).flatMap(({ name, state }) =>
    state?.terminated === undefined || state.terminated.exitCode === 0 ? [] : [{ name, ...state.terminated }],
  );
  const [first] = ended;
  const container =
    first === undefined
      ? []
      : [joined(`${first.name} ended with ${first.exitCode}`, first.reason, first.message)];
  const whole = whyFailed(pod);
  return ["its pod failed", ...(whole === undefined ? [] : [whole]), ...container].join(": ");
}

/** The kubelet's word for the failure of a whole pod, as of one that it evicted. */
export function whyFailed({ status = {} }: RequestPod): string | undefined {
  const { phase, reason, message } = status;
  return phase !== "Failed" || (reason ?? message) === undefined ? undefined : joined(reason, message);
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.flatMap((part = "") => (plain(part) === "" ? [] : [plain(part)])).join(": ");
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

/** Why a Job makes no pod any more; undefined while it may. */
export async function jobEnd(
  client: Pick<KubeClient, "list">,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const fieldSelector = `metadata.name=${name}`;
  const [job] = await client.list({ apiVersion: "batch/v1", kind: "Job", namespace, fieldSelector });
  if (job === undefined) return "its Job is gone: somebody else deleted it";
  const { conditions = [] } = (job["status"] ?? {}) as {
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
  const failed = conditions.find(({ type, status }) => type === "Failed" && status === "True");
  return failed === undefined ? undefined : joined("its Job failed", failed.reason, failed.message);
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
