import assert from "node:assert/strict";
import { EAST_WEST_NAME, EAST_WEST_NAMESPACE } from "../../../istio/eastWest";
import type { Result } from "../../../sandbox/app/settings";
import {
  answersPlay,
  askerIn,
  DISTRIBUTION,
  FAILOVER,
  HOME,
  HOST,
  PEER,
  REGIONS,
  SPIFFE,
  type Said,
  THIRD,
  URL_OF_ALL,
} from "./support/answers";
import { isServed, told, tollSince } from "./support/load";
import { entranceOf, MULTI_NETWORK, waysTo } from "./support/networks";
import { apiServerDies, istiodDies, workloadsTakenAway, type Outage } from "./support/outage-cases";
import { answeredBy, between, Outages } from "./support/outages";
import { expectShares, regionOf } from "./support/shares";
import { clearStage, onStage } from "./support/shared";

/** Three networks, each entered by its east-west gateway alone: what holds in one network holds between them. */
describe("requests between three networks", function () {
  this.timeout(900_000);
  let outages: Outages;
  let hasFailed = false;

  const show = async (said: Said): Promise<void> => {
    // What a failed test left dead would fail the next, too.
    if (hasFailed) await clearStage();
    hasFailed = false;
    const { mesh, requests } = await onStage(answersPlay(said, REGIONS), MULTI_NETWORK);
    outages = new Outages(mesh, requests);
  };

  before(() => show(DISTRIBUTION));
  afterEach(function () {
    hasFailed ||= this.currentTest?.state === "failed";
  });
  after(async () => {
    if (hasFailed) await clearStage();
  });

  describe("shared out by locality", () => {
    it("reach the workloads of all, which know the caller by its own name and not by the gateway's", async () => {
      const { requests } = outages;
      for (const region of REGIONS) {
        const order = { url: URL_OF_ALL, count: 100, concurrency: 4 };
        const isWished = (seen: readonly Result[]): boolean =>
          seen.every(isServed) && answeredBy(seen).length === REGIONS.length;
        const results = await requests.until(askerIn(region), order, isWished);
        await requests.expect(askerIn(region), HOST, () => {
          assert.deepEqual([...new Set(results.map(regionOf))].toSorted(), REGIONS.toSorted());
          for (const { answer } of results) {
            assert.equal(answer?.caller, `${SPIFFE}/asker`);
            assert.equal(answer.self, `${SPIFFE}/answers`);
          }
        });
      }
    });

    it("go to another network by its east-west gateway only", async () => {
      const { mesh } = outages;
      for (const region of REGIONS)
        for (const other of REGIONS.filter((one) => one !== region)) {
          const { address, port } = await entranceOf(mesh, other);
          assert.deepEqual(await waysTo(mesh, askerIn(region), HOST, other), [`${address}:${port}`]);
        }
    });

    for (const region of REGIONS)
      it(`stay in the network of ${region} to 80 percent, from ${region}, and go to each of the others to 10`, async () => {
        const percent = Object.fromEntries(REGIONS.map((one) => [one, one === region ? 80 : 10]));
        const shares = { from: askerIn(region), url: URL_OF_ALL, by: regionOf, percent };
        await expectShares(outages.requests, shares);
      });

    const outage: Outage = { reach: () => [HOME, PEER], pods: [0, 1] };
    istiodDies(() => outages, outage);
    apiServerDies(() => outages, outage);
  });

  describe("kept at home until it fails", () => {
    before(async () => {
      await show(FAILOVER);
      for (const region of REGIONS) await outages.allFrom(region, region);
    });

    workloadsTakenAway(() => outages);

    it("go to the third network when the gateway of the one that is named dies, and there again when it is back", async () => {
      const [load, inside] = [outages.send(HOME), outages.sendPatiently(PEER)];
      const gone = Date.now();
      await outages.scale(HOME, "answers", 0);
      await outages.follows(load, gone, PEER);
      const died = Date.now();
      await outages.kill(PEER, EAST_WEST_NAME, EAST_WEST_NAMESPACE);
      // By a second try they would get there without any policy, half of them.
      const isFirst = (one: Result): boolean =>
        regionOf(one) === THIRD && one.answer?.headers["x-envoy-attempt-count"] === "1";
      await outages.row(`answered by ${THIRD} at the first try`, load, died, isFirst);
      const back = Date.now();
      await outages.scale(PEER, EAST_WEST_NAME, 1, EAST_WEST_NAMESPACE);
      await outages.follows(load, back, PEER);
      await outages.scale(HOME, "answers", 1);
      await outages.follows(load, Date.now(), HOME);
      const results = await load.stop();
      console.log(`      ${told("east-west gateway dead", tollSince(between(results, died, back), died))}`);
      console.log(`      ${told("east-west gateway back", tollSince(results, back))}`);
      // The gateway is the way in; whoever is in the network has no need of it.
      await outages.expectUntouched(`from ${PEER} itself`, inside, died);
    });
  });
});
