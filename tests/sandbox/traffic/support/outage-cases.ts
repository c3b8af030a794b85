import assert from "node:assert/strict";
import { HOME, PEER, THIRD } from "./answers";
import type { Known } from "./endpoints";
import { SYSTEM } from "./install";
import { told, tollSince } from "./load";
import { answeredBy, between, seconds, type Outages } from "./outages";

/** Which regions are to answer who asks in one. */
export type Reach = (asker: string) => readonly string[];

/** What two regions are to go through while something of the first is dead. */
export interface Outage {
  /** Who is to answer all the time. */
  readonly reach: Reach;
  /**
   * Pods in the third region, before and with what others are to learn of. Proxies of other networks see by its gateway
   * that there are some, and not how many if these are in several zones.
   */
  readonly pods: readonly [before: number, after: number];
}

const known = (third: number): Known => ({
  [HOME]: 1,
  [PEER]: 1,
  ...(third === 0 ? {} : { [THIRD]: third }),
});

/** The workloads at home are taken away: `locality.failover` names who answers, though another region could. */
export function workloadsTakenAway(outages: () => Outages): void {
  it("go to the region that is named when all workloads at home are taken away, and home when they are back", async () => {
    const load = outages().send(HOME);
    const gone = Date.now();
    await outages().scale(HOME, "answers", 0);
    await outages().follows(load, gone, PEER);
    const back = Date.now();
    await outages().scale(HOME, "answers", 1);
    await outages().follows(load, back, HOME);
    const results = await load.stop();
    console.log(`      ${told("workloads taken away", tollSince(between(results, gone, back), gone))}`);
    console.log(`      ${told("workloads back", tollSince(results, back))}`);
    assert.deepEqual(answeredBy(results), [HOME, PEER]);
  });
}

/** The istiod at home dies: nobody notices, but that home learns nothing. */
export function istiodDies(outages: () => Outages, { reach, pods: [few, more] }: Outage): void {
  it("go on when the control plane at home dies, and the others learn of new workloads", async () => {
    await settle(outages(), few);
    const loads = [HOME, PEER].map((asker) => ({ asker, load: outages().sendPatiently(asker) }));
    const died = Date.now();
    await outages().kill(HOME, "istiod", SYSTEM);
    await outages().scale(THIRD, "answers", more);
    const learned = await outages().untilKnown(PEER, known(more));
    assert.deepEqual(await outages().known(HOME), known(few));
    for (const { asker, load } of loads) await outages().reaches(load, Date.now(), reach(asker));
    const back = Date.now();
    await outages().scale(HOME, "istiod", 1, SYSTEM);
    const caughtUp = await outages().untilKnown(HOME, known(more));
    for (const { asker, load } of loads)
      await outages().expectUntouched(`istiod of ${HOME} dead, from ${asker}`, load, died);
    console.log(`      ${PEER} knew a new workload after ${seconds(learned)} s with istiod of ${HOME} dead;`);
    console.log(
      `      ${HOME} knew it ${seconds(caughtUp)} s after its istiod came back (outage ${seconds(back - died)} s)`,
    );
    await settle(outages(), 1);
  });
}

/** The API server at home dies: nobody notices, and home, too, learns what happens elsewhere. */
export function apiServerDies(outages: () => Outages, { reach, pods: [few, more] }: Outage): void {
  it("go on when the API server at home dies, and all learn of workloads elsewhere", async () => {
    const { controlPlane } = outages().mesh.in(HOME);
    await settle(outages(), few);
    const loads = [HOME, PEER].map((asker) => ({ asker, load: outages().sendPatiently(asker) }));
    const server = controlPlane.process("kube-apiserver");
    assert.ok(server, "the API server runs");
    const died = Date.now();
    server.kill("SIGKILL");
    await server.exited;
    await outages().scale(THIRD, "answers", more);
    const learned = [];
    for (const { asker } of loads) learned.push(await outages().untilKnown(asker, known(more)));
    for (const { asker, load } of loads) await outages().reaches(load, Date.now(), reach(asker));
    const back = Date.now();
    await controlPlane.startComponent("kube-apiserver");
    await outages().scale(HOME, "answers", 0);
    const caughtUp = await outages().untilKnown(PEER, { [PEER]: 1, [THIRD]: more });
    await outages().scale(HOME, "answers", 1);
    await outages().untilKnown(PEER, known(more));
    for (const { asker, load } of loads)
      await outages().expectUntouched(`API server of ${HOME} dead, from ${asker}`, load, died, back);
    console.log(`      a new workload was known after ${learned.map(seconds).join(" and ")} s with it dead;`);
    console.log(
      `      a change at home ${seconds(caughtUp)} s after it came back (outage ${seconds(back - died)} s)`,
    );
    await settle(outages(), 1);
  });
}

/** So many pods run in the third region, and whoever asks knows. */
async function settle(outages: Outages, third: number): Promise<void> {
  await outages.scale(THIRD, "answers", third);
  for (const asker of [HOME, PEER]) await outages.untilKnown(asker, known(third));
}
