import assert from "node:assert/strict";
import { signalProcess } from "../../../sandbox/processes";
import { answersPlay, FAILOVER, HOME, NAMESPACE, PEER, URL_OF_ALL } from "./support/answers";
import { isServed, told, tollSince } from "./support/load";
import { apiServerDies, istiodDies, workloadsTakenAway, type Outage } from "./support/outage-cases";
import { answeredBy, Outages } from "./support/outages";
import { clearStage, onStage } from "./support/shared";

/**
 * Workloads, the control plane and the API server of a region die under load; what it cost is printed. Each of the three
 * regions has workloads all the time, so that who answers is a choice.
 */
describe("locality: failover: requests", function () {
  this.timeout(900_000);
  let outages: Outages;
  let hasFailed = false;

  before(async () => {
    const { mesh, requests } = await onStage(answersPlay(FAILOVER, [HOME, PEER]));
    outages = new Outages(mesh, requests);
    await outages.allFrom(HOME, HOME);
    await outages.allFrom(PEER, PEER);
  });

  afterEach(function () {
    hasFailed ||= this.currentTest?.state === "failed";
  });
  after(async () => {
    // What a failed test left dead would fail the next group, too.
    if (hasFailed) await clearStage();
  });

  workloadsTakenAway(() => outages);

  it("go to the region that is named when the workloads at home are killed, and home when they run again", async () => {
    const load = outages.send(HOME);
    const killed = Date.now();
    const containers = outages.mesh.in(HOME).agent.dataPlane.processes(`${NAMESPACE}/answers`);
    const victims = containers.flatMap(({ processes }) => processes);
    assert.ok(
      victims.some(({ program }) => program === "envoy"),
      "the proxy is among those to kill",
    );
    for (const victim of victims) signalProcess(victim, "SIGKILL");
    await outages.follows(load, killed, PEER, 1);
    await outages.follows(load, Date.now(), HOME);
    const results = await load.stop();
    console.log(`      ${told("workloads killed", tollSince(results, killed))}`);
    assert.deepEqual(answeredBy(results), [HOME, PEER]);
  });

  it("go to the region that is named when the workloads at home answer 503, and home when they are well", async () => {
    const sick = outages.send(HOME, { url: `${URL_OF_ALL}?status=503&in=${HOME}` });
    const ill = Date.now();
    await outages.follows(sick, ill, PEER);
    const results = await sick.stop();
    console.log(`      ${told("workloads answer 503", tollSince(results, ill))}`);
    assert.ok(results.some(isServed));
    assert.deepEqual(answeredBy(results), [PEER]);
    await outages.allFrom(HOME, HOME);
  });

  const outage: Outage = { reach: (asker) => [asker], pods: [1, 2] };
  istiodDies(() => outages, outage);
  apiServerDies(() => outages, outage);
});
