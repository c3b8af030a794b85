import assert from "node:assert/strict";
import { resilience } from "../../../catalog/microservices/names";
import { patterns } from "../../../catalog/patterns";
import type { Result } from "../../../sandbox/app/settings";
import type { ServiceArgs } from "../../../istio/intent";
import { clustersOf, type EnvoyCluster } from "./support/clusters";
import { Doors, type Which } from "./support/doors";
import { COUNTING, DRILL, DRILLS, drills } from "./support/drills";
import { isServed } from "./support/load";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";

const region = "eastus";
const caller: Sender = { region, workload: `${DRILLS}/${DRILL.caller}` };
const client: Which = { region, workload: DRILL.caller };
const target: Which = { region, workload: DRILL.target };
const HOST = `${DRILL.target}.${DRILLS}.svc.cluster.local`;
const CLUSTER = `outbound|8080||${HOST}`;
const url = `http://${HOST}:8080/`;
const statuses = (results: readonly Result[]) => countBy(results, ({ status }) => String(status));

/** What a play says of its target. */
type Said = Pick<ServiceArgs, "connectionPool" | "outlier">;

/** With outlier detection Istio prefers the caller's zone; by shares, all of the region is alike. */
const ALIKE: Pick<ServiceArgs, "locality"> = { locality: { local: 98, rest: "even" } };

/** Whether a cluster has the limits and the ejection that were asked for. */
function says(
  { circuit_breakers: breakers, outlier_detection: ejection }: EnvoyCluster,
  said: Said,
): boolean {
  const { connectionPool: pool, outlier } = said;
  const [threshold] = breakers?.thresholds ?? [];
  const hasPool =
    pool === undefined ||
    (threshold?.max_connections === pool.maxConnections &&
      threshold?.max_pending_requests === pool.http1MaxPendingRequests);
  const hasEjection =
    outlier === undefined
      ? ejection === undefined
      : ejection !== undefined &&
        (outlier.baseEjectionTime === undefined || ejection.base_ejection_time === outlier.baseEjectionTime);
  return hasPool && hasEjection;
}

/** What a client's proxy does not let out: what is too much for a workload, and what goes to one that fails. */
describe("breaking", function () {
  this.timeout(900_000);
  let requests: Requests;
  let doors: Doors;

  async function show(said: Said, replicas: number): Promise<void> {
    const play = await onStage({
      regions: [region],
      applications: [drills({ loadBalancing: "ROUND_ROBIN", ...(said.outlier ? ALIKE : {}), ...said })],
      replicas: ({ service }) => (service === DRILL.target ? replicas : 1),
      annotations: ({ service }) => (service === DRILL.caller ? COUNTING : {}),
    });
    requests = play.requests;
    doors = new Doors(play.mesh);
    await requests.until(caller, { url, count: 10 * replicas }, (seen) => {
      const pods = new Set(seen.map(({ answer }) => answer?.pod));
      return pods.size === replicas && seen.every(({ status }) => status === 200);
    });
    await doors.eventually("what is said, at the caller's proxy", async () => {
      const own = (await clustersOf(play.mesh, caller, HOST)).filter(({ name }) => name === CLUSTER);
      return own.length > 0 && own.every((cluster) => says(cluster, said));
    });
    await doors.waitQuiet(client);
  }

  async function counter(name: string): Promise<number> {
    const found = await doors.stats(doors.pod(client), `^cluster\\.outbound\\|8080\\|\\|${HOST}.*${name}$`);
    return [...found.values()].reduce((sum, value) => sum + value, 0);
  }

  for (const [what, pool] of [
    ["the microservices' pool", resilience.connectionPool],
    ["the smallest pool", patterns.services.find(({ name }) => name === "backend-service")?.connectionPool],
  ] as const) {
    const {
      maxConnections = 0,
      http1MaxPendingRequests: pending = 0,
      maxRequestsPerConnection = 0,
    } = pool ?? {};

    describe(`by ${what}: ${maxConnections} connections, ${pending} waiting`, () => {
      const sent: Promise<Result[]>[] = [];
      const TOO_MANY = 20;

      before(() => show({ ...(pool === undefined ? {} : { connectionPool: pool }) }, 1));

      it(`closes a connection after ${maxRequestsPerConnection} requests`, async () => {
        const count = 40;
        const before = await counter("upstream_cx_max_requests");
        await requests.send(caller, { url, count });
        await requests.expect(caller, HOST, async () => {
          const closed = (await counter("upstream_cx_max_requests")) - before;
          assert.equal(closed, count / maxRequestsPerConnection);
        });
      });

      it("holds what fits, and answers what overflows at once", async () => {
        // Few at a time: while a connection is being made, its request counts among those that wait.
        const step = Math.min(pending, 25);
        for (let open = 0; open < maxConnections; open += step) {
          const held = { url: `${url}?hold`, count: step, concurrency: step, timeoutMs: 300_000 };
          sent.push(requests.send(caller, held));
          await doors.waitUnderWay(target, open + step);
        }
        sent.push(requests.send(caller, { url, count: pending, concurrency: pending, timeoutMs: 300_000 }));
        await doors.eventually("waiting requests", async () => {
          return (await counter("upstream_rq_pending_active")) === pending;
        });
        const before = await counter("upstream_rq_pending_overflow");
        const refused = await requests.send(caller, { url, count: TOO_MANY, concurrency: TOO_MANY });
        await requests.expect(caller, HOST, async () => {
          assert.deepEqual(statuses(refused), { 503: TOO_MANY });
          for (const { headers, body } of refused) {
            assert.equal(headers?.["x-envoy-overloaded"], "true");
            assert.match(body ?? "", /reset reason: overflow/);
          }
          assert.equal((await counter("upstream_rq_pending_overflow")) - before, TOO_MANY);
          assert.equal(await counter("upstream_cx_active"), maxConnections);
          assert.equal((await doors.seen(target)).underWay, maxConnections);
        });
      });

      it("lets those that waited through when there is room", async () => {
        await doors.release(target);
        const results = (await Promise.all(sent)).flat();
        await requests.expect(caller, HOST, () => {
          assert.deepEqual(statuses(results), { 200: maxConnections + pending });
        });
      });
    });
  }

  describe("by outlier detection", () => {
    const { consecutive5xxErrors } = resilience.outlier;
    const OUT_MS = 15_000;
    const WORKLOADS = 3;
    let bad: string;

    before(async () => {
      await show({ outlier: { consecutive5xxErrors, interval: "1s", baseEjectionTime: "15s" } }, WORKLOADS);
      bad = doors.pods(target)[0]?.pod.metadata.name ?? "";
    });

    it(`leaves a workload out after ${consecutive5xxErrors} failures in a row, and takes it back when its time is over`, async () => {
      const failing = `${url}?status=500&in=${bad}`;
      const results = await requests.send(caller, { url: failing, count: 60 });
      // Envoy ejects on one thread and tells the others, which on a busy machine may take them some requests to learn.
      const out = await requests.until(caller, { url: failing, count: 4 * WORKLOADS }, (seen) =>
        seen.every(({ status }) => status === 200),
      );
      const failures = results.filter(({ status }) => status === 500);
      const counted = failures[consecutive5xxErrors - 1];
      await requests.expect(caller, HOST, async () => {
        assert.ok(counted !== undefined, `${failures.length} failures of ${results.length} requests`);
        assert.ok(failures.every(({ answer }) => answer?.pod === bad));
        assert.ok(out.every(({ answer, status }) => answer?.pod !== bad && status === 200));
        assert.equal(await counter("outlier_detection.ejections_enforced_consecutive_5xx"), 1);
      });
      const back = await requests.until(caller, { url, count: 2 * WORKLOADS }, (seen) =>
        seen.some(({ answer }) => answer?.pod === bad),
      );
      await requests.expect(caller, HOST, () => {
        assert.ok(back.some(({ answer, status }) => answer?.pod === bad && status === 200));
        const first = back.find(({ answer }) => answer?.pod === bad);
        assert.ok(
          (first?.at ?? 0) + (first?.ms ?? 0) >= (counted?.at ?? 0) + OUT_MS - 1_000,
          "not before its time",
        );
      });
    });
  });

  describe("by the outlier detection of a failover", () => {
    before(() => show({ outlier: {} }, 2));

    it("takes a 500 for the request's fault, and a 503 for the workload's", async () => {
      const [first] = doors.pods(target);
      const bad = first?.pod.metadata.name ?? "";
      const order = (status: number) => ({ url: `${url}?status=${status}&in=${bad}`, count: 40 });
      const ask = async (status: number) => statuses(await requests.send(caller, order(status)));
      const [wrong, failing] = [await ask(500), await ask(503)];
      // Who ejects tells who sends, which may take some requests.
      const out = await requests.until(caller, order(503), (seen) => seen.every(isServed));
      await requests.expect(caller, HOST, async () => {
        assert.ok((wrong["500"] ?? 0) > 5, JSON.stringify(wrong));
        const { 200: served = 0, 503: failed = 0 } = failing;
        assert.ok(failed >= 5 && served + failed === 40, JSON.stringify(failing));
        assert.deepEqual(statuses(out), { 200: 40 });
        const address = `${first?.address}:8080`;
        const host = (await doors.hosts(doors.pod(client), CLUSTER)).get(address);
        assert.equal(host?.get("health_flags"), "/failed_outlier_check");
      });
    });
  });
});
