import assert from "node:assert/strict";
import { failedOf, type MeshLoad } from "./load";
import type { Watch } from "./watch";

/** What went on while something was done to the mesh. */
interface Account {
  readonly what: string;
  readonly load: MeshLoad;
  readonly watch: Watch;
  /** Regions that stood all the time. */
  readonly staying: readonly string[];
}

/** How many examples a failure shows. */
const SHOWN = 10;
/** A load that hardly ran would show nothing. */
const FEWEST = 100;

/** Holds that no request failed, and that no proxy ever lacked an endpoint in a region that stayed. */
export function assertWhole({ what, load, watch, staying }: Account): void {
  const { courses } = load;
  const sent = courses.flatMap(({ results }) => results);
  const failed = courses.flatMap((course) =>
    failedOf(course).map(({ status, error, body, answer, at, ms }) => ({
      course: `${course.from} → ${course.to}`,
      at: new Date(at).toISOString(),
      ...{ ms, status, error, body, by: answer?.region },
    })),
  );
  const lacking = watch.without(staying);
  console.log(
    `    ${what}: ${failed.length} of ${sent.length} requests failed; ` +
      `${lacking.length} of ${watch.samples.length} samples of a proxy's endpoints lacked a region`,
  );
  const show = (items: readonly object[]): string => JSON.stringify(items.slice(0, SHOWN), null, 1);
  assert.equal(failed.length, 0, `${failed.length} of ${sent.length} requests failed: ${show(failed)}`);
  assert.equal(lacking.length, 0, `${lacking.length} samples lacked a region: ${show(lacking)}`);
  assert.deepEqual(watch.unanswered, []);
  for (const from of staying) {
    for (const to of staying) {
      const course = courses.find((one) => one.from === from && one.to === to);
      assert.ok((course?.results.length ?? 0) > FEWEST, `requests went from ${from} to ${to} all the time`);
    }
    assert.ok(watch.samples.filter(({ proxyIn }) => proxyIn === from).length > FEWEST, `samples in ${from}`);
  }
}
