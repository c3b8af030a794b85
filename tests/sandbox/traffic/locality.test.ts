import assert from "node:assert/strict";
import { aiAgent } from "../../../catalog/ai-agent";
import type { Requests } from "./support/requests";
import { expectShares, regionOf } from "./support/shares";
import { onStage } from "./support/shared";

const REGIONS = ["eastus", "southeastasia", "westeurope"] as const;
const HOST = "ai-agent.global";
const URL_OF_ALL = `http://${HOST}/api/health`;

/** One global name in three regions: most requests stay at home, the others share what is left. */
describe("locality: distribution", function () {
  this.timeout(900_000);
  let requests: Requests;

  before(async () => {
    ({ requests } = await onStage({ regions: REGIONS, applications: [aiAgent] }));
  });

  for (const region of REGIONS)
    it(`80 percent in ${region} and 10 in each of the others, from ${region}`, async () => {
      const from = { region, workload: "ai-agent" };
      const percent = Object.fromEntries(REGIONS.map((one) => [one, one === region ? 80 : 10]));
      await expectShares(requests, { from, url: URL_OF_ALL, by: regionOf, percent });
    });

  it("by identity and version of each workload, wherever it runs", async () => {
    const from = { region: REGIONS[0], workload: "ai-agent" };
    const results = await requests.send(from, { url: URL_OF_ALL, count: 200, concurrency: 4 });
    const places = new Set(
      results.map(({ answer }) => `${answer?.region ?? "none"} ${answer?.version ?? ""}`),
    );
    const identities = new Set(results.flatMap(({ answer }) => [answer?.caller, answer?.self]));
    await requests.expect(from, HOST, () => {
      assert.deepEqual(
        [...places].toSorted(),
        REGIONS.flatMap((region) => [`${region} v1`, `${region} v2`]),
      );
      assert.deepEqual([...identities], ["spiffe://cluster.local/ns/production/sa/ai-agent"]);
    });
  });
});
