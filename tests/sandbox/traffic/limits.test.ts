import assert from "node:assert/strict";
import { application, type LocalRateLimit } from "../../../istio/intent";
import type { Result } from "../../../sandbox/app/settings";
import { Doors, type Which } from "./support/doors";
import { DRILL, DRILLS, drills } from "./support/drills";
import type { TestMesh } from "./support/mesh";
import { RateLimits, rateLimitObjects, RATE_LIMITS } from "./support/rateLimit";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";

const region = "eastus";
const caller: Sender = { region, workload: `${DRILLS}/${DRILL.caller}` };
const target: Which = { region, workload: DRILL.target };
const HOST = `${DRILL.target}.${DRILLS}.svc.cluster.local`;
const url = `http://${HOST}:8080/`;
const statuses = (results: readonly Result[]) => countBy(results, ({ status }) => String(status));

/** What an answer says of the limit; 0 where it says nothing. */
function header({ headers }: Result, name: "limit" | "remaining" | "reset"): number {
  // A global limit's header goes on with its window, as in `5, 5;w=86400`.
  return Number.parseInt([headers?.[`x-ratelimit-${name}`] ?? "0"].flat().join(), 10);
}

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
      const limit = localRateLimit?.requests ?? 0;
      const last = await requests.until(caller, { url, count: WORKLOADS }, (seen) => {
        const pods = new Set(seen.map(({ answer }) => answer?.pod));
        return pods.size === WORKLOADS && seen.every((result) => header(result, "limit") === limit);
      });
      return last.reduce((sum, result) => sum + header(result, "remaining"), 0);
    }

    before(() => show(undefined));

    it("are none where none are set", async () => {
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

  describe("that all workloads of a region count together", () => {
    const LIMIT = 5;
    let limits: RateLimits | undefined;
    let mesh: TestMesh;

    async function show(o: { readonly failClosed: boolean }): Promise<void> {
      const limited = drills({
        loadBalancing: "ROUND_ROBIN",
        globalRateLimits: [
          {
            ...{ name: "per-user", perHeader: "x-user-id", path: { prefix: "/api" } },
            // A day, so that no new window begins while the test runs.
            ...{ requests: LIMIT, per: "day" },
          },
        ],
      });
      const { namespace, address } = RATE_LIMITS;
      const service = application({
        name: "limits",
        namespaces: [{ name: namespace, injection: false }],
        // Long enough for a busy machine.
        rateLimitService: { address, timeoutMs: 5_000, failClosed: o.failClosed },
      });
      const play = await onStage({
        regions: [region],
        applications: [limited, service],
        replicas: ({ service }) => (service === DRILL.target ? 2 : 1),
        extra: () => rateLimitObjects(mesh.in(region)),
      });
      requests = play.requests;
      doors = new Doors(play.mesh);
    }

    const as = (user: string, count: number, path = "api/orders") =>
      requests.send(caller, { url: `${url}${path}`, count, headers: { "x-user-id": user } });

    before(async () => {
      ({ mesh } = await onStage({ regions: [region], applications: [drills()] }));
      await show({ failClosed: true });
      limits = await RateLimits.start(mesh.in(region));
      let next = 0;
      await requests.until(caller, { url, count: 4 }, (seen) => seen.every(({ status }) => status === 200));
      await doors.eventually("a limit that is told", async () =>
        (await as(`nobody-${next++}`, 4)).every((result) => header(result, "limit") === LIMIT),
      );
    });
    after(() => limits?.stop());

    it("let a user's requests through up to the limit, whichever workload they reach", async () => {
      for (const user of ["ada", "grace"]) {
        let results: Result[] = [];
        const arrived = await doors.countDuring(target, async () => {
          results = await as(user, 12);
        });
        await requests.expect(caller, HOST, () => {
          const expected = Array.from(results, (_, index) => (index < LIMIT ? 200 : 429));
          assert.deepEqual(
            results.map(({ status }) => status),
            expected,
          );
          assert.equal(arrived, LIMIT);
          const pods = new Set(results.slice(0, LIMIT).map(({ answer }) => answer?.pod));
          assert.equal(pods.size, 2, "both workloads");
          for (const [index, result] of results.entries()) {
            assert.equal(header(result, "limit"), LIMIT);
            assert.equal(header(result, "remaining"), Math.max(0, LIMIT - 1 - index));
            assert.ok(header(result, "reset") > 0 && header(result, "reset") <= 86_400);
          }
        });
      }
    });

    it("count no request of nobody, and none of another path", async () => {
      const nobody = await requests.send(caller, { url: `${url}api/orders`, count: 12 });
      const elsewhere = await as("ada", 12, "apiary");
      await requests.expect(caller, HOST, () => {
        assert.deepEqual([statuses(nobody), statuses(elsewhere)], [{ 200: 12 }, { 200: 12 }]);
      });
    });

    it("are kept by the store when the service starts again", async () => {
      await limits?.restartService();
      await doors.eventually("answers of the service", async () =>
        // Each of the workloads asks by a connection of its own.
        (await as("somebody", 4)).every(({ status }) => status !== 500),
      );
      const results = await as("ada", 2);
      await requests.expect(caller, HOST, () => assert.deepEqual(statuses(results), { 429: 2 }));
    });

    it("refuse or pass requests while the service does not answer, as the catalog says", async () => {
      await limits?.stopService();
      const refused = await as("ada", 4);
      await requests.expect(caller, HOST, () => assert.deepEqual(statuses(refused), { 500: 4 }));
      await show({ failClosed: false });
      const passed = await requests.until(
        caller,
        { url: `${url}api/orders`, count: 4, headers: { "x-user-id": "ada" } },
        (seen) => seen.every(({ status }) => status === 200),
      );
      await requests.expect(caller, HOST, () => assert.deepEqual(statuses(passed), { 200: 4 }));
    });
  });
});
