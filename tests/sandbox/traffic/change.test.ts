import assert from "node:assert/strict";
import type { Result } from "../../../sandbox/app/settings";
import { eventually } from "../node/support/cluster";
import { isServed, Load, PATIENT_MS } from "./support/load";
import type { TestMesh } from "./support/mesh";
import { PACED_HOST, pacedBy } from "./support/pacer";
import type { Play } from "./support/play";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";
import { weightsOf } from "./support/weights";

const [HERE, THERE] = ["eastus", "westeurope"];
const SENDERS: readonly Sender[] = [HERE, THERE].map((region) => ({ region, workload: "pacer" }));
const URL_OF_ALL = `http://${PACED_HOST}/`;
/** Shares of v1, one after another: 20 changes, and the ends among them, after which requests show who answers. */
const SHARES = [90, 75, 50, 25, 10, 0, 100, 0, 60, 100, 40, 0, 20, 80, 100, 30, 0, 70, 95, 100] as const;

/** Callers in both regions, each told by its own istiod; what they call runs in one of them. */
describe("a change of weights under load", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  const playWith = (share: number): Play => ({
    regions: [HERE, THERE],
    applications: [pacedBy(["pacer"], share)],
    replicas: ({ region, service }) => (service === "pacer" || region === HERE ? 1 : 0),
  });

  before(async () => {
    ({ mesh, requests } = await onStage(playWith(50)));
    for (const from of SENDERS) {
      const order = { url: URL_OF_ALL, count: 20 };
      const results = await requests.until(from, order, (seen) => seen.every(isServed));
      await requests.expect(from, PACED_HOST, () => assert.ok(results.every(isServed)));
    }
  });

  it(`reaches every caller, ${SHARES.length} times in turn, and no request fails`, async () => {
    let ended: readonly (readonly Result[])[];
    const order = { url: URL_OF_ALL, timeoutMs: PATIENT_MS };
    const loads = SENDERS.map((from) => Load.start(requests, from, { order }));
    try {
      for (const share of SHARES) {
        await mesh.play(playWith(share));
        for (const from of SENDERS) {
          await followed(mesh, from, share);
          if (share % 100 === 0) await answeredBy(requests, from, share === 100 ? "v1" : "v2");
        }
      }
    } finally {
      ended = await Promise.all(loads.map((load) => load.stop()));
    }
    for (const [index, from] of SENDERS.entries()) {
      const results = ended[index] ?? [];
      const outcomes = countBy(results, ({ status, error }) => String(status ?? error));
      await requests.expect(from, PACED_HOST, () => {
        assert.ok(results.length > SHARES.length, `${results.length} requests for so many changes`);
        assert.deepEqual(outcomes, { 200: results.length });
        assert.deepEqual(Object.keys(countBy(results, ({ answer }) => answer?.version ?? "")).toSorted(), [
          "v1",
          "v2",
        ]);
      });
    }
  });
});

/** Until the sender's proxy has the weights; what has none has no route for requests. */
async function followed(mesh: TestMesh, from: Sender, share: number): Promise<void> {
  const wanted = { v1: share, v2: 100 - share };
  await eventually(`weights ${JSON.stringify(wanted)} at the proxy in ${from.region}`, 60_000, async () => {
    const tables = weightsOf(await mesh.in(from.region).agent.dataPlane.beliefs(from.workload, PACED_HOST));
    const said = tables.every(({ v1 = 0, v2 = 0 }) => v1 === wanted.v1 && v2 === wanted.v2);
    return tables.length > 0 && said ? true : undefined;
  });
}

async function answeredBy(requests: Requests, from: Sender, version: string): Promise<void> {
  const results = await requests.send(from, { url: URL_OF_ALL, count: 20 });
  await requests.expect(from, PACED_HOST, () => {
    assert.deepEqual(
      countBy(results, ({ answer, status, error }) => answer?.version ?? String(status ?? error)),
      { [version]: 20 },
    );
  });
}
