import assert from "node:assert/strict";
import { expectChances, type Chance } from "../../sandbox/traffic/support/chance";

const tosses = (seen: number, said: Partial<Chance> = {}): Chance => ({
  what: "heads",
  seen,
  tries: 100,
  probability: 0.5,
  ...said,
});

/** Expects these samples, one after another; how many were taken. */
async function take(...samples: readonly Chance[]): Promise<number> {
  let taken = 0;
  await expectChances(() => {
    const sample = samples[taken];
    taken += 1;
    assert.ok(sample, "no more samples");
    return Promise.resolve([sample]);
  });
  return taken;
}

describe("what chance decides", () => {
  it("is let be after a sample within its interval", async () => {
    assert.equal(await take(tosses(34)), 1);
    assert.equal(await take(tosses(66)), 1);
  });

  it("gets one more sample outside of it, which decides", async () => {
    assert.equal(await take(tosses(33), tosses(50)), 2);
    await assert.rejects(take(tosses(33), tosses(67), tosses(50)), {
      message: /^67 of 100 heads; allowed 34 to 66; the sample before: 33 of 100 heads; allowed 34 to 66/,
    });
  });

  it("may be less where less is right, and no more", async () => {
    assert.equal(await take(tosses(0, { atMost: true })), 1);
    await assert.rejects(take(tosses(67, { atMost: true }), tosses(67, { atMost: true })), /allowed 0 to 66/);
  });

  it("excuses nothing that never happens, or always", async () => {
    await assert.rejects(
      take(tosses(1, { probability: 0 }), tosses(0, { probability: 0 })),
      /1 of 100 heads/,
    );
    await assert.rejects(take(tosses(99, { probability: 1 }), tosses(100, { probability: 1 })), /99 of 100/);
  });

  it("is nothing that a sample asserts itself: that fails at once", async () => {
    let taken = 0;
    await assert.rejects(
      expectChances(() => {
        taken += 1;
        return Promise.reject(new Error("an answer that may never come"));
      }),
      /an answer that may never come/,
    );
    assert.equal(taken, 1);
  });
});
