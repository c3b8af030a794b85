import assert from "node:assert/strict";
import { countBy } from "../../traffic/support/requests";
import type { Load } from "./load";
import type { Watch } from "./watch";

/** What went on, and where. */
interface Course {
  readonly load: Load;
  readonly watch: Watch;
  readonly staying: readonly string[];
  readonly what: string;
}

/** How many examples a failure shows. */
const SHOWN = 10;

/** Holds that no request between regions that stayed failed, and that no proxy in them ever lacked an endpoint. */
export function assertWhole({ load, watch, staying, what }: Course): void {
  const sent = load.sent.filter(({ from }) => staying.includes(from));
  const failed = sent.filter(({ status }) => status !== 200);
  const lacking = watch.without(staying);
  const answers = countBy(sent, ({ from, by }) => `${from} → ${by ?? "nobody"}`);
  console.log(
    `    ${what}: ${sent.length} requests, ${failed.length} failed; ${watch.samples.length} samples of endpoints, ` +
      `${lacking.length} without one; ${JSON.stringify(answers)}`,
  );
  const show = (items: readonly object[]): string => JSON.stringify(items.slice(0, SHOWN), null, 1);
  assert.equal(failed.length, 0, `of ${sent.length} requests failed ${failed.length}: ${show(failed)}`);
  assert.equal(
    lacking.length,
    0,
    `of ${watch.samples.length} samples lack ${lacking.length}: ${show(lacking)}`,
  );
  assert.deepEqual(watch.unanswered, []);
  // A load that did not run, or that stayed at home, would show nothing.
  for (const from of staying)
    for (const by of staying)
      assert.ok((answers[`${from} → ${by}`] ?? 0) > 100, `${from} reached ${by}: ${JSON.stringify(answers)}`);
}
