import assert from "node:assert/strict";
import { microservices } from "../../../catalog/microservices";
import { patterns } from "../../../catalog/patterns";
import type { Result } from "../../../sandbox/app/settings";
import { eventually } from "../node/support/cluster";
import { expectChances } from "./support/chance";
import { Doors, type Which } from "./support/doors";
import { COUNTING, DEAD, DRILL, DRILLS, drills, half, withoutLimits } from "./support/drills";
import { measured } from "./support/measured";
import { countBy, type Requests, type Sender } from "./support/requests";
import { onStage } from "./support/shared";

const region = "eastus";
/** Envoy's clock counts from the beginning of a turn of its loop: what it times may be a bit shorter for who waits. */
const EARLY_MS = 100;
/** By the 5 seconds of every delay here. */
const delayed = ({ ms }: { readonly ms: number }): boolean => ms >= 5_000 - EARLY_MS;
const statuses = (results: readonly Result[]) => countBy(results, ({ status }) => String(status));

/** Failures on purpose, mirrors, timeouts and retries: what the servers and Envoy have counted, not what clients guess. */
describe("faults", function () {
  this.timeout(900_000);
  let requests: Requests;
  let doors: Doors;

  describe("of the catalog's patterns", () => {
    const caller: Sender = { region, workload: "patterns/mobile-backend" };
    const API = "api-service.patterns.svc.cluster.local";
    const PRODUCTION = "api-service-production.patterns.svc.cluster.local";
    const url = `http://${API}:8080/api/orders`;
    const shadow: Which = { region, workload: "api-service-test" };

    before(async () => {
      const running = ["api-service", "mobile-backend", "api-service-production", "api-service-test"];
      const play = await onStage({
        regions: [region],
        applications: [withoutLimits(patterns)],
        replicas: ({ service }) => (running.includes(service) ? 1 : undefined),
        annotations: ({ service }) => (service === "mobile-backend" ? COUNTING : {}),
      });
      requests = play.requests;
      doors = new Doors(play.mesh);
      for (const wanted of [url, `http://${PRODUCTION}:8080/`])
        await requests.until(caller, { url: wanted, count: 20 }, (seen) =>
          seen.every(({ status }) => status === 200),
        );
    });

    it("delay every request with x-test-fault by 5 seconds, and refuse a tenth of them before they are sent", async () => {
      const order = { url, headers: { "x-test-fault": "true" }, count: 300, concurrency: 150 };
      await requests.expect(caller, API, () =>
        expectChances(async () => {
          let results: Result[] = [];
          const arrived = await doors.countDuring({ region, workload: "api-service" }, async () => {
            results = await requests.send(caller, { ...order, timeoutMs: 60_000 });
          });
          const refused = results.filter(({ body }) => body === "fault filter abort");
          assert.equal(results.filter(delayed).length, order.count);
          assert.ok(refused.every(({ status }) => status === 500));
          assert.equal(results.filter(({ status }) => status === 200).length, order.count - refused.length);
          assert.equal(arrived, order.count - refused.length, "requests that reached the service");
          return [{ what: "refused", seen: refused.length, tries: order.count, probability: 0.1 }];
        }),
      );
    });

    it("delay one in a thousand of the requests without it, whatever else it says, and refuse none", async () => {
      // So many that none at all would be out of what chance allows.
      const order = { url, variants: [{}, { headers: { "x-test-fault": "false" } }], count: 10_000 };
      await requests.expect(caller, API, () =>
        expectChances(async () => {
          const before = await injected("mobile-backend", "delays_injected");
          const results = await requests.send(caller, { ...order, concurrency: 50, timeoutMs: 60_000 });
          const seen = (await injected("mobile-backend", "delays_injected")) - before;
          assert.deepEqual(statuses(results), { 200: order.count });
          assert.ok(results.filter(delayed).length >= seen, "the callers have waited");
          return [{ what: "delayed", seen, tries: order.count, probability: 0.001 }];
        }),
      );
    });

    it("leave a tenth of the requests copied to a shadow, and no caller waits for it", async () => {
      const count = 1_000;
      const order = { url: `http://${PRODUCTION}:8080/?hold&in=api-service-test`, count, concurrency: 10 };
      const copied = async (): Promise<number> => {
        const before = await doors.seen(shadow);
        try {
          const results = await requests.send(caller, order);
          const byWorkload = countBy(results, ({ status, answer }) => `${answer?.workload} ${status}`);
          assert.deepEqual(byWorkload, { "api-service-production 200": count });
          // A copy that has been sent may still be on its way.
          const copies = await eventually("as many copies at the shadow as were sent", 30_000, async () => {
            const { answered, underWay } = await doors.seen(shadow);
            const sent = await doors.sent(
              { region, workload: "mobile-backend" },
              "outbound|8080||api-service-test.patterns.svc.cluster.local",
            );
            const total = answered - before.answered;
            return total > 0 && answered === sent ? { total, underWay } : undefined;
          });
          assert.equal(copies.underWay, copies.total, "the shadow has answered none");
          return copies.total;
        } finally {
          await doors.release(shadow);
        }
      };
      await requests.expect(caller, PRODUCTION, () =>
        expectChances(async () => [{ what: "copied", seen: await copied(), tries: count, probability: 0.1 }]),
      );
    });
  });

  describe("by percentage, timeouts and retries", () => {
    const caller: Sender = { region, workload: `${DRILLS}/${DRILL.caller}` };
    const target: Which = { region, workload: DRILL.target };
    const HOST = `${DRILL.target}.${DRILLS}.svc.cluster.local`;
    const HALF = `${half.name}.${DRILLS}.svc.cluster.local`;
    const url = `http://${HOST}:8080/`;
    const shop: Sender = { region, workload: "microservices/api-gateway" };
    const at = (service: string): string => `http://${service}.microservices.svc.cluster.local:8080/`;

    before(async () => {
      const running = ["api-gateway v1", "product-service v1", "order-service v1"];
      const application = drills(
        {
          timeout: "12s",
          routes: [{ name: "quick", match: { path: { prefix: "/quick" } }, timeout: "500ms" }],
          faults: [
            {
              name: "slow",
              match: { headers: { "x-test-fault": "delay" } },
              delay: { percent: 25, duration: "5s" },
            },
            {
              name: "broken",
              match: { headers: { "x-test-fault": "abort" } },
              abort: { percent: 40, status: 503 },
            },
          ],
        },
        half,
      );
      const play = await onStage({
        regions: [region],
        // What comes in by gateways is shown elsewhere.
        applications: [application, { ...microservices, gateways: [] }],
        replicas: ({ service, version }) =>
          [DRILL.caller, DRILL.target, half.name].includes(service) ||
          running.includes(`${service} ${version}`)
            ? 1
            : undefined,
        annotations: ({ service }) => (service === DRILL.caller ? COUNTING : {}),
        extra: () => [DEAD],
      });
      requests = play.requests;
      doors = new Doors(play.mesh);
      await requests.until(caller, { url, count: 20 }, (seen) => seen.every(({ status }) => status === 200));
      for (const one of ["product-service", "order-service"])
        await requests.until(shop, { url: at(one), count: 5 }, (seen) =>
          seen.every(({ status }) => status === 200),
        );
    });

    for (const [what, percent, counter] of [
      ["delay", 25, "delays_injected"],
      ["abort", 40, "aborts_injected"],
    ] as const)
      it(`${what} ${percent} percent of the requests, as Envoy counts them`, async () => {
        const headers = { "x-test-fault": what };
        const order = { url, headers, count: 400, concurrency: 100, timeoutMs: 60_000 };
        await requests.expect(caller, HOST, () =>
          expectChances(async () => {
            const before = await injected(DRILL.caller, counter);
            const results = await requests.send(caller, order);
            const hit = results.filter((one) => (what === "delay" ? delayed(one) : one.status === 503));
            const seen = (await injected(DRILL.caller, counter)) - before;
            // A request may be slow for another reason; none is refused for one.
            assert.ok(what === "delay" ? hit.length >= seen : hit.length === seen, `${hit.length}, ${seen}`);
            return [{ what: "hit", seen, tries: order.count, probability: percent / 100 }];
          }),
        );
      });

    it("end a request at its timeout, at the route's own where it has one", async () => {
      const ask = (path: string) => requests.send(caller, { url: `${url}${path}`, timeoutMs: 30_000 });
      try {
        const arrived = await doors.countDuring(target, async () => {
          const [[own], [whole]] = await Promise.all([ask("quick?hold"), ask("slow?hold")]);
          await requests.expect(caller, HOST, () => {
            const ended = [504, "upstream request timeout"];
            assert.deepEqual(
              [own, whole].map((result) => [result?.status, result?.body]),
              [ended, ended],
            );
            const [quick = 0, slow = 0] = [own?.ms, whole?.ms];
            assert.ok(
              quick >= 500 - EARLY_MS && quick < 11_000 && slow >= 12_000 - EARLY_MS,
              `${quick} ms and ${slow} ms`,
            );
          });
        });
        assert.equal(arrived, 2, "a timeout is no reason to send again");
      } finally {
        await doors.release(target);
      }
    });

    for (const [name, method, query, tries, status] of [
      ["product-service", "GET", "?status=503", 4, 503],
      ["product-service", "GET", "?fail=2", 3, 200],
      ["product-service", "POST", "?status=503", 1, 503],
      ["product-service", "GET", "?status=500", 1, 500],
      ["order-service", "GET", "?status=503", 1, 503],
      // Each try ends at its own limit of 2 seconds, the request at 10.
      ["product-service", "GET", "?hold", 4, 504],
    ] as const)
      it(`${method} ${query} reaches ${name} ${tries} times`, async () => {
        const which = { region, workload: name };
        const send = async (round: number) => {
          const headers = { "x-request-key": `${method}${query}${round}` };
          const order = { url: `${at(name)}${query}`, method, headers, timeoutMs: 30_000 };
          let result: Result | undefined;
          const arrived = await doors
            .countDuring(which, async () => {
              [result] = await requests.send(shop, order);
            })
            .finally(() => doors.release(which));
          // Five failures in a row would put the only workload out for a while.
          const [healthy] = await requests.send(shop, { url: at(name) });
          return [healthy?.status, result?.status, arrived];
        };
        const wanted = [200, status, tries];
        const seen = await measured(send, wanted);
        await requests.expect(shop, new URL(at(name)).hostname, () => assert.deepEqual(seen, wanted));
      });

    it("are tried elsewhere when a workload takes no connection, whatever the method", async () => {
      const results = await requests.send(caller, { url: `http://${HALF}:8080/`, method: "POST", count: 40 });
      await requests.expect(caller, HALF, async () => {
        assert.deepEqual(statuses(results), { 200: 40 });
        const pod = doors.pod({ region, workload: DRILL.caller });
        const hosts = await doors.hosts(pod, `outbound|8080||${HALF}`);
        const failed = Number(hosts.get("127.0.0.1:1")?.get("cx_connect_fail"));
        assert.ok(failed > 0, `${failed} connections were refused`);
      });
    });
  });

  /** How many requests a workload's only proxy has delayed or refused on purpose. */
  async function injected(workload: string, counter: string): Promise<number> {
    const found = await doors.stats(doors.pod({ region, workload }), `fault\\.${counter}`);
    return [...found.values()].reduce((sum, value) => sum + value, 0);
  }
});
