import assert from "node:assert/strict";
import type { LocalRateLimit } from "../../../istio/intent";
import type { Result } from "../../../sandbox/app/settings";
import { Doors, type Which } from "./support/doors";
import { DRILL, DRILLS, drills } from "./support/drills";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";

const region = "eastus";
const caller: Sender = { region, workload: `${DRILLS}/${DRILL.caller}` };
const target: Which = { region, workload: DRILL.target };
const HOST = `${DRILL.target}.${DRILLS}.svc.cluster.local`;
const url = `http://${HOST}:8080/`;
const statuses = (results: readonly Result[]) => countBy(results, ({ status }) => String(status));
const header = (result: Result | undefined, name: string) => Number(result?.headers?.[`x-ratelimit-${name}`]);

/** What a workload lets in, however much its clients ask for. */
describe("limits", function () {
  this.timeout(900_000);
  let requests: Requests;
  let doors: Doors;

  describe("of a workload's own", () => {
    const WORKLOADS = 2;

    /** Shows a limit, and returns how many more requests fit into the buckets. */
    async function show(localRateLimit: LocalRateLimit | undefined): Promise<number> {
      const play = await onStage({
        regions: [region],
        applications: [
          drills({
            loadBalancing: "ROUND_ROBIN",
            ...(localRateLimit === undefined ? {} : { localRateLimit }),
          }),
        ],
        replicas: ({ service }) => (service === DRILL.target ? WORKLOADS : 1),
      });
      requests = play.requests;
      doors = new Doors(play.mesh);
      const limit = localRateLimit?.requests;
      const last = await requests.until(caller, { url, count: WORKLOADS }, (seen) => {
        const pods = new Set(seen.map(({ answer }) => answer?.pod));
        return pods.size === WORKLOADS && seen.every((result) => header(result, "limit") === limit);
      });
      return last.reduce((sum, result) => sum + (header(result, "remaining") || 0), 0);
    }

    it("are none where none are set", async () => {
      await show(undefined);
      const results = await requests.send(caller, { url, count: 60 });
      await requests.expect(caller, HOST, () => {
        assert.deepEqual(statuses(results), { 200: 60 });
        assert.equal(results[0]?.headers?.["x-ratelimit-limit"], undefined);
      });
    });

    it("let through what is in the bucket, workload by workload, and answer the rest with 429", async () => {
      const limit = 10;
      // Nothing comes back into a bucket of an hour while the test runs.
      const room = await show({ requests: limit, per: "1h" });
      let results: Result[] = [];
      const answered = await doors.countDuring(target, async () => {
        results = await requests.send(caller, { url, count: 60 });
      });
      await requests.expect(caller, HOST, () => {
        const refused = results.filter(({ status }) => status === 429);
        const passed = results.filter(({ status }) => status === 200);
        assert.equal(passed.length + refused.length, results.length, JSON.stringify(statuses(results)));
        assert.ok(room > 0 && room < WORKLOADS * limit, `room for ${room}`);
        assert.deepEqual([passed.length, answered], [room, room]);
        for (const result of refused) {
          assert.equal(result.body, "local_rate_limited");
          assert.equal(header(result, "limit"), limit);
          assert.equal(header(result, "remaining"), 0);
          assert.ok(header(result, "reset") > 0 && header(result, "reset") <= 3_600);
        }
        for (const pod of new Set(passed.map(({ answer }) => answer?.pod))) {
          const left = passed
            .filter(({ answer }) => answer?.pod === pod)
            .map((one) => header(one, "remaining"));
          assert.deepEqual(
            left,
            Array.from(left, (_, index) => left.length - 1 - index),
          );
        }
      });
    });

    it("fill the bucket again", async () => {
      const limit = 3;
      await show({ requests: limit, per: "5s" });
      const emptied = await requests.until(caller, { url, count: 30 }, (seen) =>
        seen.some(({ status }) => status === 429),
      );
      const again = await requests.until(caller, { url }, ([result]) => result?.status === 200);
      await requests.expect(caller, HOST, () => {
        assert.ok(emptied.some(({ status }) => status === 429));
        assert.equal(again[0]?.status, 200);
      });
    });
  });
});
