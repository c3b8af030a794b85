import { setTimeout as sleep } from "node:timers/promises";
import { isServed, Load } from "../../tests/sandbox/traffic/support/load";
import type { TestMesh } from "../../tests/sandbox/traffic/support/mesh";
import { PACED_HOST, pacedBy } from "../../tests/sandbox/traffic/support/pacer";
import { Requests, type Sender } from "../../tests/sandbox/traffic/support/requests";
import { weightsOf } from "../../tests/sandbox/traffic/support/weights";
import type { KubeObject } from "../../sandbox/kube";
import type { BenchContext, Figure } from "../context";
import type { Result } from "../result";
import { withMesh } from "../sandbox/mesh";
import { quantile } from "../stats";

const REGIONS = ["eastus", "westeurope"] as const;
const CALLERS = ["caller-1", "caller-2", "caller-3"] as const;
const SENDERS: readonly Sender[] = REGIONS.flatMap((region) =>
  CALLERS.map((workload) => ({ region, workload })),
);
const CHANGES = 100;
/** Between two looks at a proxy: what is measured is not known better than that. */
const LOOK_MS = 10;
const LIMIT_MS = 60_000;

/** How long a changed policy takes to the proxies that follow it. */
export const change: Figure = {
  name: "change",
  about: "from the apply of changed weights to the last proxy that follows them, in two regions under load",
  measure: (context) => withMesh(context, async (mesh) => [await measure(context, mesh)]),
};

/** Milliseconds since the change was sent off. */
interface Change {
  readonly accepted: number;
  readonly proxies: readonly number[];
}

async function measure(context: BenchContext, mesh: TestMesh): Promise<Result> {
  const say = (text: string): void => context.progress(`change: ${text}`);
  say("two regions, eight proxies");
  await mesh.play({
    regions: REGIONS,
    applications: [pacedBy(CALLERS, 50)],
    replicas: ({ region, service }) => (service !== "paced" || region === REGIONS[0] ? 1 : 0),
  });
  const requests = new Requests(mesh);
  const url = `http://${PACED_HOST}/`;
  const calling = SENDERS.filter(({ workload }) => workload === CALLERS[0]);
  for (const from of calling) await requests.until(from, { url, count: 20 }, (seen) => seen.every(isServed));
  const loads = calling.map((from) => Load.start(requests, from, { order: { url }, perSecond: 20 }));
  const changes: Change[] = [];
  for (let index = 0; index < CHANGES; index += 1) {
    context.signal.throwIfAborted();
    if (index % 20 === 0) say(`change ${index + 1} of ${CHANGES}`);
    // A step that has no common factor with 101 comes to each share once before it comes to one again.
    changes.push(await changeTo(mesh, (index * 37) % 101));
  }
  const results = (await Promise.all(loads.map((load) => load.stop()))).flat();
  const last = changes.map(({ proxies }) => Math.max(...proxies));
  return {
    figure: change.name,
    title: "From a change to the last proxy that follows it",
    contains:
      `${CHANGES} changes of a VirtualService's weights, one when the last is followed by all, applied in two regions at once, ` +
      "each with a real API server, a real istiod and three proxies that are looked at; two versions of what they call run " +
      "beside them, and one caller of each region sends 20 requests a second meanwhile. A proxy follows when its own dump " +
      `shows the weights in every route of the host, which is asked every ${LOOK_MS} ms. istiod collects changes for 100 ms ` +
      "before it pushes them (PILOT_DEBOUNCE_AFTER). All of it shares this machine's processors. Pulumi is not in it.",
    rows: [
      {
        name: "until both API servers have taken it",
        unit: "ms",
        values: changes.map(({ accepted }) => accepted),
      },
      {
        name: "until a proxy follows",
        unit: "ms",
        values: changes.flatMap(({ proxies }) => proxies),
      },
      { name: `until the last of ${SENDERS.length} proxies follows`, unit: "ms", values: last },
      { name: "the same, 99th percentile", unit: "ms", values: [quantile(last, 0.99)] },
      { name: "requests meanwhile", unit: "count", values: [results.length] },
      {
        name: "of them without the answer of a workload",
        unit: "count",
        values: [results.filter((result) => !isServed(result)).length],
        goal: { wanted: "at most", aim: 0 },
      },
    ],
  };
}

async function changeTo(mesh: TestMesh, share: number): Promise<Change> {
  const applications = [pacedBy(CALLERS, share)];
  const objects = REGIONS.map((region) => {
    const { objects: planned } = mesh.planFor(region, { applications }).plan.policy;
    // The only service with versions is the only one with a VirtualService.
    const found = planned.find(({ kind }) => kind === "VirtualService");
    if (found === undefined) throw new Error(`no VirtualService of ${PACED_HOST} is made for ${region}`);
    return { region, object: found as unknown as KubeObject };
  });
  const began = performance.now();
  const since = (): number => performance.now() - began;
  let accepted = 0;
  const applied = Promise.all(
    objects.map(({ region, object }) =>
      mesh.in(region).kube.apply(object, { fieldManager: "test", force: true }),
    ),
  ).then(() => (accepted = since()));
  const proxies = await Promise.all(
    SENDERS.map(async (from) => {
      await followed(mesh, from, share);
      return since();
    }),
  );
  await applied;
  return { accepted, proxies };
}

async function followed(mesh: TestMesh, { region, workload }: Sender, share: number): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const tables = weightsOf(await mesh.in(region).agent.dataPlane.beliefs(workload, PACED_HOST));
    if (tables.length > 0 && tables.every(({ v1 = 0, v2 = 0 }) => v1 === share && v2 === 100 - share)) return;
    if (Date.now() > end) throw new Error(`${region}/${workload} does not follow after ${LIMIT_MS / 1000} s`);
    await sleep(LOOK_MS);
  }
}
