import assert from "node:assert/strict";
import { application, service } from "../../../istio/intent";
import type { Result } from "../../../sandbox/app/settings";
import { signalProcess } from "../../../sandbox/processes";
import { eventually } from "../node/support/cluster";
import { caller } from "./support/callers";
import { regionsKnown, untilKnown } from "./support/endpoints";
import { isServed, Load, told, tollSince } from "./support/load";
import type { TestMesh } from "./support/mesh";
import type { Requests, Sender } from "./support/requests";
import { regionOf } from "./support/shares";
import { clearStage, onStage } from "./support/shared";

const [HOME, PEER, THIRD] = ["eastus", "westeurope", "southeastasia"];
const NAMESPACE = "failover";
const HOST = "answers.global";
const URL_OF_ALL = `http://${HOST}/`;
const ASKER: Sender = { region: HOME, workload: "asker" };
const PEER_ASKER: Sender = { region: PEER, workload: "asker" };
/** Long enough for everything that waits for a condition here. */
const LIMIT_MS = 120_000;

/** Everything at home while it is healthy; short times of ejection, so that the way back is seen soon. */
const failover = application({
  name: "failover",
  namespaces: [{ name: NAMESPACE, mtls: "STRICT" }],
  otherCallers: [`${NAMESPACE}/asker`],
  services: [
    service({
      name: "answers",
      namespace: NAMESPACE,
      port: 80,
      targetPort: 8080,
      globalHost: HOST,
      locality: { failover: { [HOME]: PEER, [PEER]: HOME, [THIRD]: HOME } },
      outlier: { interval: "1s", baseEjectionTime: "5s" },
      access: [{ from: [`${NAMESPACE}/asker`] }],
    }),
  ],
});

/** Workloads, the control plane and the API server of a region die under load; what it cost is printed. */
describe("locality: failover", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  let hasFailed = false;
  let sending: Load[] = [];

  before(async () => {
    ({ mesh, requests } = await onStage({
      regions: [HOME, PEER, THIRD],
      applications: [failover],
      // The third region's workload comes in when others are dead, to be learned of.
      replicas: ({ region }) => (region === THIRD ? 0 : 1),
      extra: (region) => (region === THIRD ? [] : caller(NAMESPACE, "asker")),
    }));
    await allFrom(HOME);
  });

  afterEach(async function () {
    hasFailed ||= this.currentTest?.state === "failed";
    // Those of a failed test would go on for ever.
    await Promise.allSettled(sending.map((load) => load.stop()));
    sending = [];
  });
  after(async () => {
    // What a failed test left dead would fail the next group, too.
    if (hasFailed) await clearStage();
  });

  /** Waits until a caller gets its answers from one region only. */
  const allFrom = async (region: string, from = ASKER, query = ""): Promise<void> => {
    const order = { url: `${URL_OF_ALL}${query}`, count: 20 };
    const results = await requests.until(from, order, (seen) =>
      seen.every((one) => regionOf(one) === region),
    );
    await requests.expect(from, HOST, () => {
      assert.deepEqual([...new Set(results.map(regionOf))], [region]);
    });
  };

  /** Waits until so many requests of a load, sent since an event, were answered by one region and no other. */
  const follows = async (load: Load, since: number, region: string, count = 40): Promise<void> => {
    await eventually(`${count} answers from ${region} in a row`, LIMIT_MS, () => {
      const last = load.soFar.filter(({ at }) => at > since).slice(-count);
      const isThere = last.length === count && last.every((one) => regionOf(one) === region);
      return Promise.resolve(isThere ? true : undefined);
    });
  };

  const send = (from: Sender, url = URL_OF_ALL): Load => {
    const load = Load.start(requests, from, { order: { url } });
    sending.push(load);
    return load;
  };

  const scale = async (region: string, name: string, replicas: number, namespace = NAMESPACE) => {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
    await mesh.in(region).kube.patch(ref, { spec: { replicas } });
  };

  it("to the next region when all workloads at home are taken away, and home when they are back", async () => {
    const load = send(ASKER);
    const gone = Date.now();
    await scale(HOME, "answers", 0);
    await follows(load, gone, PEER);
    const back = Date.now();
    await scale(HOME, "answers", 1);
    await follows(load, back, HOME);
    const results = await load.stop();
    console.log(`      ${told("workloads taken away", tollSince(between(results, gone, back), gone))}`);
    console.log(`      ${told("workloads back", tollSince(results, back))}`);
  });

  it("to the next region when the workloads at home are killed, and home when they run again", async () => {
    const load = send(ASKER);
    const killed = Date.now();
    const containers = mesh.in(HOME).agent.dataPlane.processes(`${NAMESPACE}/answers`);
    const victims = containers.flatMap(({ processes }) => processes);
    assert.ok(
      victims.some(({ program }) => program === "envoy"),
      "the proxy is among those to kill",
    );
    for (const victim of victims) signalProcess(victim, "SIGKILL");
    await follows(load, killed, PEER, 1);
    await follows(load, Date.now(), HOME);
    console.log(`      ${told("workloads killed", tollSince(await load.stop(), killed))}`);
  });

  it("to the next region when the workloads at home answer 503, and home when they are well", async () => {
    const sick = send(ASKER, `${URL_OF_ALL}?status=503&in=${HOME}`);
    const ill = Date.now();
    await follows(sick, ill, PEER);
    const results = await sick.stop();
    console.log(`      ${told("workloads answer 503", tollSince(results, ill))}`);
    const served = results.filter(isServed);
    assert.deepEqual([...new Set(served.map(regionOf))], [PEER]);
    await allFrom(HOME);
  });

  it("not when its control plane dies: requests go on, and the others learn of new workloads", async () => {
    const loads = [ASKER, PEER_ASKER].map((from) => send(from));
    const died = Date.now();
    await scale(HOME, "istiod", 0, "istio-system");
    for (const one of mesh.in(HOME).processes())
      if (one.name.includes("/istio-system/istiod-")) signalProcess(one, "SIGKILL");
    await scale(THIRD, "answers", 1);
    const learned = await untilKnown(mesh, PEER_ASKER, HOST, [HOME, PEER, THIRD]);
    assert.deepEqual(await regionsKnown(mesh, ASKER, HOST), [HOME, PEER]);
    const back = Date.now();
    await scale(HOME, "istiod", 1, "istio-system");
    const caughtUp = await untilKnown(mesh, ASKER, HOST, [HOME, PEER, THIRD]);
    for (const [index, load] of loads.entries())
      await expectUntouched(`istiod of ${HOME} dead, from ${[HOME, PEER][index] ?? ""}`, load, died);
    console.log(`      ${PEER} knew a new workload after ${seconds(learned)} s with istiod of ${HOME} dead;`);
    console.log(
      `      ${HOME} knew it ${seconds(caughtUp)} s after its istiod came back (outage ${seconds(back - died)} s)`,
    );
    await scale(THIRD, "answers", 0);
    await untilKnown(mesh, ASKER, HOST, [HOME, PEER]);
  });

  it("not when its API server dies: requests go on, and all learn of workloads elsewhere", async () => {
    const { controlPlane } = mesh.in(HOME);
    const loads = [ASKER, PEER_ASKER].map((from) => send(from));
    const server = controlPlane.process("kube-apiserver");
    assert.ok(server, "the API server runs");
    const died = Date.now();
    server.kill("SIGKILL");
    await server.exited;
    await scale(THIRD, "answers", 1);
    const learned = [];
    for (const from of [ASKER, PEER_ASKER])
      learned.push(await untilKnown(mesh, from, HOST, [HOME, PEER, THIRD]));
    const back = Date.now();
    await controlPlane.startComponent("kube-apiserver");
    await scale(HOME, "answers", 0);
    const caughtUp = await untilKnown(mesh, PEER_ASKER, HOST, [PEER, THIRD]);
    await scale(HOME, "answers", 1);
    await untilKnown(mesh, PEER_ASKER, HOST, [HOME, PEER, THIRD]);
    for (const [index, load] of loads.entries())
      await expectUntouched(
        `API server of ${HOME} dead, from ${[HOME, PEER][index] ?? ""}`,
        load,
        died,
        back,
      );
    console.log(`      a new workload was known after ${learned.map(seconds).join(" and ")} s with it dead;`);
    console.log(
      `      a change at home ${seconds(caughtUp)} s after it came back (outage ${seconds(back - died)} s)`,
    );
    await allFrom(HOME);
  });

  /** Stops a load, tells its toll, and expects that none of its requests failed before `end`. */
  async function expectUntouched(what: string, load: Load, event: number, end = Infinity): Promise<void> {
    const results = between(await load.stop(), event, end);
    console.log(`      ${told(what, tollSince(results, event))}`);
    assert.ok(results.length > 0, "the load sent");
    assert.deepEqual(
      results.filter((result) => !isServed(result)),
      [],
    );
  }
});

function between(results: readonly Result[], begin: number, end: number): Result[] {
  return results.filter(({ at, ms }) => at + ms >= begin && at < end);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
