import assert from "node:assert/strict";
import { podStatus, simulatedStatus, type ContainerView } from "../../../sandbox/node/status";
import type { Container, PodSpec, PodStatus } from "../../../sandbox/node/types";
import { containerOf, podOf } from "./support";

const addresses = { podIP: "10.1.3.1", hostIP: "10.1.2.1" };
const then = "2026-01-01T00:00:00Z";
const running = { running: { startedAt: then } };
const ended = (exitCode: number) => ({ terminated: { exitCode, reason: "x", finishedAt: then } });

function view(container: Container, fields: Partial<ContainerView>): ContainerView {
  return {
    container,
    state: running,
    lastState: {},
    ready: true,
    started: true,
    restartCount: 0,
    simulated: false,
    ...fields,
  };
}
const condition = (status: PodStatus, type: string) => status.conditions?.find((one) => one.type === type);
const main = containerOf();
const sidecar = containerOf({ name: "proxy", restartPolicy: "Always" });

describe("podStatus", () => {
  const phases: [string, Partial<PodSpec>, Partial<ContainerView>, string, string][] = [
    ["running and ready", {}, {}, "Running", "True"],
    ["running, not ready", {}, { ready: false }, "Running", "False"],
    [
      "waiting for its first start",
      {},
      { state: { waiting: { reason: "ContainerCreating" } }, ready: false },
      "Pending",
      "False",
    ],
    [
      "waiting after a crash",
      {},
      { state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: ended(1), ready: false },
      "Running",
      "False",
    ],
    [
      "ended well, never restarted",
      { restartPolicy: "Never" },
      { state: ended(0), ready: false },
      "Succeeded",
      "False",
    ],
    [
      "ended badly, never restarted",
      { restartPolicy: "Never" },
      { state: ended(1), ready: false },
      "Failed",
      "False",
    ],
    [
      "ended badly, restarted on failure",
      { restartPolicy: "OnFailure" },
      { state: ended(1), ready: false },
      "Running",
      "False",
    ],
  ];
  for (const [what, spec, fields, phase, ready] of phases)
    it(`is ${phase} when ${what}`, () => {
      const status = podStatus(podOf(spec), addresses, [], [view(main, fields)]);
      assert.equal(status.phase, phase);
      assert.equal(condition(status, "Ready")?.status, ready);
    });

  it("is that of a Job's pod only when its sidecar has ended, too, whatever became of that", () => {
    const pod = podOf({ restartPolicy: "Never" });
    const phase = (proxy: Partial<ContainerView>, own: Partial<ContainerView>) =>
      podStatus(pod, addresses, [view(sidecar, proxy)], [view(main, own)]).phase;
    const [crashed, waiting] = [ended(1), { waiting: { reason: "CrashLoopBackOff" } }];
    assert.equal(phase({}, { state: ended(0) }), "Running");
    assert.equal(phase({ state: crashed }, {}), "Running");
    assert.equal(phase({ state: waiting }, {}), "Running");
    assert.equal(phase({ state: ended(143) }, { state: ended(0) }), "Succeeded");
    assert.equal(phase({ state: ended(0) }, { state: ended(63) }), "Failed");
  });

  it("counts a sidecar among what must be ready, and names what is not", () => {
    const status = podStatus(podOf(), addresses, [view(sidecar, { ready: false })], [view(main, {})]);
    assert.equal(condition(status, "Initialized")?.status, "True");
    assert.equal(condition(status, "Ready")?.message, "containers with unready status: [proxy]");
  });

  it("keeps the time of a condition that did not change", () => {
    const pod = podOf();
    pod.status = {
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: then }],
      startTime: then,
    };
    const same = podStatus(pod, addresses, [], [view(main, {})]);
    assert.equal(condition(same, "Ready")?.lastTransitionTime, then);
    assert.equal(same.startTime, then);
    const other = podStatus(pod, addresses, [], [view(main, { ready: false })]);
    assert.notEqual(condition(other, "Ready")?.lastTransitionTime, then);
  });
});

describe("simulatedStatus", () => {
  it("has an ordinary pod running, its sidecar too, its init container done", () => {
    const init = [containerOf({ name: "setup" }), sidecar];
    const status = simulatedStatus(podOf({ initContainers: init }), addresses);
    assert.equal(status.phase, "Running");
    assert.equal(condition(status, "Ready")?.status, "True");
    const [setup, proxy] = status.initContainerStatuses ?? [];
    assert.equal(setup?.state.terminated?.exitCode, 0);
    assert.ok(proxy?.state.running !== undefined && proxy.ready && proxy.started);
    assert.equal(status.containerStatuses?.[0]?.imageID, "sandbox://simulated");
  });

  for (const restartPolicy of ["Never", "OnFailure"] as const)
    it(`lets a pod with restart policy ${restartPolicy} succeed, its sidecar with it`, () => {
      const status = simulatedStatus(podOf({ restartPolicy, initContainers: [sidecar] }), addresses);
      assert.equal(status.phase, "Succeeded");
      assert.ok(status.containerStatuses?.every(({ state }) => state.terminated?.exitCode === 0));
      assert.ok(status.initContainerStatuses?.every(({ state }) => state.terminated !== undefined));
    });
});
