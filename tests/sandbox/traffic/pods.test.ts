import assert from "node:assert/strict";
import { crossClusterTest } from "../../../catalog/cross-cluster-test";
import type { Result } from "../../../sandbox/app/settings";
import type { KubeObject } from "../../../sandbox/kube";
import type { ContainerProcesses } from "../../../sandbox/node/mesh/members";
import { signalProcess } from "../../../sandbox/processes";
import { eventually } from "../node/support/cluster";
import { isServed, Load, PATIENT_MS, tollSince, told } from "./support/load";
import type { TestMesh } from "./support/mesh";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";

const REGION = "eastus";
const NAMESPACE = "cross-cluster-test";
const CLIENT: Sender = { region: REGION, workload: "test-client" };
const APP = `${NAMESPACE}/test-app`;
const HOST = "test-app.global";
/** So many answers in a row are those of one pod by no chance. */
const STAY = 40;
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment", namespace: NAMESPACE, name: "test-app" };

/** What becomes of requests when a pod ends in order, changes its labels, or loses one of its processes. */
describe("pods that end, change and crash", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  before(async () => {
    ({ mesh, requests } = await onStage({
      regions: [REGION],
      applications: [crossClusterTest],
      replicas: ({ service }) => (service === "test-app" ? 2 : 1),
    }));
    await answeredBy(2);
  });

  const dataPlane = () => mesh.in(REGION).agent.dataPlane;
  const entries = async () =>
    (
      await mesh.in(REGION).kube.list({
        apiVersion: "networking.istio.io/v1",
        kind: "WorkloadEntry",
        namespace: NAMESPACE,
      })
    ).filter(isServer);
  /** Those in the API server, where a pod is until the last of its processes has ended. */
  const pods = async () =>
    (await mesh.in(REGION).kube.list({ apiVersion: "v1", kind: "Pod", namespace: NAMESPACE })).filter(
      isServer,
    );

  /** Sends until so many pods answer, and no other answer comes. */
  async function answeredBy(pods: number): Promise<readonly Result[]> {
    const wished = (seen: readonly Result[]) => podsOf(seen).length === pods && faults(seen).length === 0;
    const results = await requests.until(CLIENT, { url: `http://${HOST}/`, count: 40 }, wished);
    await requests.expect(CLIENT, HOST, () =>
      assert.ok(wished(results), `${String(pods)} pods should answer: ${JSON.stringify(outcomes(results))}`),
    );
    return results;
  }

  /** Ends a process of one of the pods by SIGKILL, and returns whose it was and what came of requests meanwhile. */
  function kill(program: string): { readonly pod: string; readonly before: readonly number[] } {
    const containers = dataPlane().processes(APP);
    const victim = containers.find(({ processes }) => processes.some((one) => one.program === program));
    const found = victim?.processes.find((one) => one.program === program);
    assert.ok(
      victim !== undefined && found !== undefined,
      `no ${program} runs: ${JSON.stringify(containers)}`,
    );
    assert.ok(signalProcess(found, "SIGKILL"));
    return { pod: victim.pod, before: pidsOf(containers, victim.pod) };
  }

  it("lose no request and repeat none when one of them ends in order, under load", async () => {
    const { kube } = mesh.in(REGION);
    // Slow enough that some requests are always at the pod that ends.
    const order = { url: `http://${HOST}/?delay=200`, timeoutMs: PATIENT_MS };
    const load = Load.start(requests, CLIENT, { order });
    try {
      await eventually("answers of both pods", 60_000, () =>
        Promise.resolve(podsOf(load.soFar).length === 2 ? true : undefined),
      );
      await kube.patch(DEPLOYMENT, { spec: { replicas: 1 } });
      const [left] = await eventually("one registration", 60_000, () => theOnly(entries));
      await eventually("one pod", 60_000, () => theOnly(pods));
      await eventually("answers of the pod that stays, and of no other", 60_000, () => {
        const last = load.soFar.slice(-STAY);
        return Promise.resolve(podsOf(last).join() === left?.metadata.name ? true : undefined);
      });
    } finally {
      await load.stop();
    }
    await requests.expect(CLIENT, HOST, () => {
      assert.deepEqual(outcomes(load.soFar), { "200": load.soFar.length });
      // A second try would hide a pod that callers are sent to and that has ended.
      assert.deepEqual(countBy(load.soFar, attempts), { "1": load.soFar.length });
    });
    await kube.patch(DEPLOYMENT, { spec: { replicas: 2 } });
    await answeredBy(2);
  });

  it("are known by their new labels as soon as these change", async () => {
    const { kube } = mesh.in(REGION);
    const [first] = dataPlane()
      .running()
      .filter(({ pod }) => pod.metadata.labels?.["app"] === "test-app");
    assert.ok(first !== undefined);
    const { name } = first.pod.metadata;
    const ref = { apiVersion: "v1", kind: "Pod", namespace: NAMESPACE, name };
    const labelled = (version: string | undefined) =>
      eventually(`the label version=${String(version)} in the registration`, 60_000, async () => {
        const entry = (await entries()).find(({ metadata }) => metadata.name === name);
        const { labels } = (entry?.["spec"] ?? {}) as { labels?: Record<string, string> };
        return labels !== undefined && labels["version"] === version ? true : undefined;
      });
    await kube.patch(ref, { metadata: { labels: { version: "v2" } } });
    await labelled("v2");
    await kube.patch(ref, { metadata: { labels: { version: null } } });
    await labelled(undefined);
  });

  for (const program of ["envoy", "pilot-agent", "node"])
    it(`come back after their ${program} was killed, and others answer meanwhile`, async () => {
      await answeredBy(2);
      const seen = await followEntries();
      const load = Load.start(requests, CLIENT, { order: { url: `http://${HOST}/` } });
      try {
        const event = Date.now();
        const { pod, before } = kill(program);
        await eventually(`${pod} taken out and registered again`, 120_000, () =>
          Promise.resolve(/DELETED.*ADDED/.test(seen.of(pod).join()) && isRegistered(pod) ? true : undefined),
        );
        assert.ok(podsOf(await answeredBy(2)).includes(pod));
        const results = await load.stop();
        assert.ok(
          results.some((one) => one.at > event && isServed(one) && one.answer?.pod !== pod),
          "the other pod answered",
        );
        const now = dataPlane().processes(APP);
        assert.equal(pidsOf(now, pod).length, before.length, "nothing of the killed container is left over");
        console.log(`      ${told(`${program} killed`, tollSince(results, event))}`);
      } finally {
        seen.stop();
      }
    });

  const isRegistered = (name: string): boolean =>
    dataPlane()
      .running()
      .some(({ pod }) => pod.metadata.name === name);

  /** What happens to registrations from now on. */
  async function followEntries(): Promise<{ of(pod: string): readonly string[]; stop(): void }> {
    const ending = new AbortController();
    const events: (readonly [string, string])[] = [];
    const path = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/workloadentries`;
    await new Promise<void>((resolve) => {
      void mesh.in(REGION).kube.follow(path, {
        signal: ending.signal,
        onSync: () => resolve(),
        onEvent: ({ type, object }) => void events.push([object.metadata.name, type]),
      });
    });
    return {
      of: (pod) => events.flatMap(([name, type]) => (name === pod ? [type] : [])),
      stop: () => ending.abort(),
    };
  }
});

function isServer({ metadata }: KubeObject): boolean {
  return metadata.name.startsWith("test-app-");
}

/** What is listed, once it is one object. */
async function theOnly(
  list: () => Promise<readonly KubeObject[]>,
): Promise<readonly KubeObject[] | undefined> {
  const found = await list();
  return found.length === 1 ? found : undefined;
}

/** At which try a request was answered. */
function attempts({ answer }: Result): string {
  return String(answer?.headers["x-envoy-attempt-count"]);
}

function outcomes(results: readonly Result[]): Record<string, number> {
  return countBy(results, ({ status, error }) => error ?? String(status));
}

function faults(results: readonly Result[]): readonly Result[] {
  return results.filter(({ status }) => status !== 200);
}

function podsOf(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ answer }) => answer?.pod ?? []))].toSorted();
}

function pidsOf(containers: readonly ContainerProcesses[], pod: string): readonly number[] {
  return containers
    .filter((container) => container.pod === pod)
    .flatMap(({ processes }) => processes.map(({ pid }) => pid));
}
