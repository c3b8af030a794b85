import {
  isSidecar,
  type Condition,
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodStatus,
} from "./types";

/** A moment as the API writes it. */
export function timestamp(date: Date = new Date()): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** What is known of one container, from which its status is made. */
export interface ContainerView {
  readonly container: Container;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  /** Whether a process stands behind it. */
  readonly simulated: boolean;
}

/** Where a pod is, as the cluster sees it. */
export interface PodAddresses {
  /** Absent for a pod of the data plane: its WorkloadEntry says where it is, and nothing else may. */
  readonly podIP?: string;
  readonly hostIP: string;
}

/** Whether a status says that the pod is ready. */
export function isReady(status: PodStatus | undefined): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

/** A status, made of the views of all containers, which keeps the times of what did not change. */
export function podStatus(
  pod: Pod,
  addresses: PodAddresses,
  init: readonly ContainerView[],
  main: readonly ContainerView[],
): PodStatus {
  const initialized = init.every(({ container, state, started }) =>
    isSidecar(container) ? started : state.terminated?.exitCode === 0,
  );
  const phase = phaseOf(pod, init, main);
  const done = phase === "Succeeded" || phase === "Failed";
  const unready = [...init.filter(({ container }) => isSidecar(container)), ...main]
    .filter(({ ready }) => !ready)
    .map(({ container }) => container.name);
  const ready = unready.length === 0 && initialized && !done;
  const why = done
    ? { reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" }
    : {
        reason: "ContainersNotReady",
        message: `containers with unready status: [${unready.join(" ")}]`,
      };
  const uninitialized = {
    reason: "ContainersNotInitialized",
    message: "containers with incomplete status: [init]",
  };
  const former = pod.status?.conditions ?? [];
  const startTime = pod.status?.startTime ?? timestamp();
  return {
    phase,
    conditions: [
      condition(former, "PodReadyToStartContainers", !done),
      condition(former, "Initialized", initialized || done, uninitialized),
      condition(former, "Ready", ready, why),
      condition(former, "ContainersReady", ready, why),
      condition(former, "PodScheduled", true),
    ],
    ...(addresses.podIP === undefined ? {} : { podIP: addresses.podIP, podIPs: [{ ip: addresses.podIP }] }),
    hostIP: addresses.hostIP,
    hostIPs: [{ ip: addresses.hostIP }],
    startTime,
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((view) => containerStatus(pod, view)) }),
    containerStatuses: main.map((view) => containerStatus(pod, view)),
  };
}

/** The status of a pod with no process behind it: running and ready, or done where its work has an end. */
export function simulatedStatus(pod: Pod, addresses: PodAddresses): PodStatus {
  const now = timestamp();
  const finite = pod.spec.restartPolicy !== undefined && pod.spec.restartPolicy !== "Always";
  const view = (container: Container, ends: boolean): ContainerView => ({
    container,
    state: ends
      ? { terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now } }
      : { running: { startedAt: now } },
    lastState: {},
    ready: !ends || !finite,
    started: !ends,
    restartCount: 0,
    simulated: true,
  });
  return podStatus(
    pod,
    addresses,
    (pod.spec.initContainers ?? []).map((one) => ({ ...view(one, finite || !isSidecar(one)), ready: true })),
    pod.spec.containers.map((one) => view(one, finite)),
  );
}

function phaseOf(
  pod: Pod,
  init: readonly ContainerView[],
  main: readonly ContainerView[],
): NonNullable<PodStatus["phase"]> {
  const policy = pod.spec.restartPolicy ?? "Always";
  // Sidecars end after the main containers, and the pod with them.
  const accompanied = init.some(
    ({ container, state }) => isSidecar(container) && state.running !== undefined,
  );
  if (policy !== "Always" && !accompanied && main.every(({ state }) => state.terminated !== undefined)) {
    const failed = main.some(({ state }) => state.terminated?.exitCode !== 0);
    if (!failed) return "Succeeded";
    if (policy === "Never") return "Failed";
  }
  const setUp = init.filter(({ container }) => !isSidecar(container));
  if (policy === "Never" && setUp.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0))
    return "Failed";
  return main.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated)
    ? "Running"
    : "Pending";
}

function condition(
  former: readonly Condition[],
  type: string,
  holds: boolean,
  why?: { readonly reason: string; readonly message?: string },
): Condition {
  const status = holds ? "True" : "False";
  const before = former.find((one) => one.type === type);
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  return { type, status, ...(holds ? {} : why), lastTransitionTime: since ?? timestamp() };
}

function containerStatus(pod: Pod, view: ContainerView): ContainerStatus {
  const { container, state, lastState, ready, started, restartCount, simulated } = view;
  const uid = pod.metadata.uid ?? "";
  const begun = state.running !== undefined || state.terminated !== undefined;
  return {
    name: container.name,
    image: container.image,
    imageID: simulated ? "sandbox://simulated" : "sandbox://process",
    ...(begun ? { containerID: `sandbox://${uid}/${container.name}/${restartCount}` } : {}),
    state,
    lastState,
    ready,
    started,
    restartCount,
  };
}
