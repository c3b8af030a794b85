import assert from "node:assert/strict";
import { sandboxRegionDown } from "../../../cli/sandbox/region-down";
import { eventually } from "../node/support/cluster";
import { assertWhole } from "./support/account";
import { Load } from "./support/load";
import { COMING, ENTRY, sharedMesh, STACK_FILE, STAYING } from "./support/stage";
import { Watch } from "./support/watch";

const ALL = [...STAYING, COMING];
const never = new AbortController().signal;

describe("a third region that comes and goes, under load", () => {
  const standing = sharedMesh();
  const load = new Load(() => standing.context);
  const watch = new Watch(() => standing.context);

  before(async () => {
    await watch.start(STAYING);
    load.start(STAYING);
  });

  after(async () => {
    await Promise.allSettled([load.stop(), watch.stop()]);
  });

  /** Regions that answered what was sent after a moment, by where it was sent. */
  const answeredSince = (from: string, start: number): Set<string> =>
    new Set(load.sent.flatMap((one) => (one.from === from && one.at > start ? (one.by ?? []) : [])));

  it("serves the others and is served by them once it has come", async () => {
    standing.setRegion(COMING, ENTRY);
    standing.write(`Pulumi.${COMING}.yaml`, STACK_FILE);
    const report = await standing.up();
    assert.deepEqual(report.regions.map(({ name }) => name).toSorted(), ALL.toSorted());
    const start = Date.now();
    load.start([COMING]);
    await eventually(`an answer of every region to every region`, 120_000, () =>
      Promise.resolve(ALL.every((from) => answeredSince(from, start).size === ALL.length) ? true : undefined),
    );
  });

  it("is sent nothing once the others have unlinked it, while it still stands", async () => {
    // What it sends itself is its own affair from here on: it is about to end.
    await load.stop([COMING]);
    standing.edit("Pulumi.yaml", "first.\n    default: []", `first.\n    default: [ ${COMING} ]`);
    await standing.up();
    const start = Date.now();
    await eventually("requests that stay in the regions that stay", 60_000, () =>
      Promise.resolve(
        STAYING.every((from) => answeredSince(from, start).size === STAYING.length) &&
          watch.samples.some(({ at, regions }) => at > start && !regions.includes(COMING))
          ? true
          : undefined,
      ),
    );
    const later = load.sent.filter(({ at }) => at > start);
    assert.deepEqual(
      later.filter(({ by }) => by === COMING),
      [],
    );
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
    const own = load.sent.filter(({ from }) => from === COMING);
    assert.deepEqual(
      own.filter(({ status }) => status !== 200),
      [],
      "what it sent itself",
    );
    assertWhole({ load, watch, staying: STAYING, what: "a region more and one fewer" });
  });
});
