import assert from "node:assert/strict";
import { sandboxRegionDown } from "../../../cli/sandbox/region-down";
import { eventually } from "../node/support/cluster";
import { assertWhole } from "./support/account";
import { ANYWHERE, type MeshLoad } from "./support/load";
import { begin, COMING, ENTRY, sharedMesh, STACK_FILE, STAYING } from "./support/stage";
import type { Watch } from "./support/watch";

const ALL = [...STAYING, COMING];
const never = new AbortController().signal;

describe("a third region that comes and goes, under load", () => {
  const standing = sharedMesh();
  let load: MeshLoad;
  let watch: Watch;

  before(async () => {
    ({ load, watch } = await begin(standing));
  });

  after(async () => {
    await Promise.allSettled([load.stop(), watch.stop()]);
  });

  /** In how many regions the proxy of one has endpoints, by its last sample after a moment. */
  const knows = (region: string, start: number): number | undefined =>
    watch.samples.findLast(({ at, proxyIn }) => at > start && proxyIn === region)?.regions.length;

  it("serves the others and is served by them once it has come", async () => {
    standing.setRegion(COMING, ENTRY);
    standing.write(`Pulumi.${COMING}.yaml`, STACK_FILE);
    const report = await standing.up();
    assert.deepEqual(report.regions.map(({ name }) => name).toSorted(), ALL.toSorted());
    const start = Date.now();
    load.start(COMING, ANYWHERE);
    await eventually("an answer of every region to every region", 120_000, () =>
      Promise.resolve(
        ALL.every((from) => load.answeredSince(from, start).size === ALL.length) ? true : undefined,
      ),
    );
  });

  // Its workloads end first, while the others read it: unlinked before, it would be an endpoint until their istiods restart.
  it("is sent nothing once the others have unlinked it, while it still stands", async () => {
    // What it sends itself is its own affair from here on: it is about to end.
    await load.stop(COMING);
    standing.edit("Pulumi.yaml", "first.\n    default: []", `first.\n    default: [ ${COMING} ]`);
    await standing.up();
    const unlinked = Date.now();
    await eventually("proxies that know the regions that stay alone", 60_000, () =>
      Promise.resolve(
        STAYING.every((region) => knows(region, unlinked) === STAYING.length) ? true : undefined,
      ),
    );
    const start = Date.now();
    await eventually("requests to each region that stays", 60_000, () =>
      Promise.resolve(
        STAYING.every((from) => STAYING.every((to) => load.answeredSince(from, start).has(to)))
          ? true
          : undefined,
      ),
    );
    for (const from of STAYING) assert.ok(!load.answeredSince(from, start).has(COMING), from);
  });

  it("is destroyed with nothing left of it, and goes out of the table", async () => {
    const { leaks } = await sandboxRegionDown(standing.context, COMING, never);
    assert.deepEqual(leaks, []);
    standing.edit("Pulumi.yaml", `first.\n    default: [ ${COMING} ]`, "first.\n    default: []");
    standing.setRegion(COMING, undefined);
    standing.write(`Pulumi.${COMING}.yaml`, undefined);
    const report = await standing.up();
    assert.deepEqual(report.strays, []);
    assert.deepEqual(
      report.regions.map(({ name, linkedPeers }) => [name, linkedPeers]),
      STAYING.map((name) => [name, STAYING.filter((peer) => peer !== name)]),
    );
  });

  it("cost the others no request and no endpoint", async () => {
    await load.stop();
    await watch.stop();
    assertWhole({ what: "a region more, then one fewer", load, watch, staying: STAYING });
  });
});
