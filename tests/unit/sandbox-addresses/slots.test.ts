import assert from "node:assert/strict";
import fc from "fast-check";
import { REGION_SLOTS } from "../../../sandbox/addresses/layout";
import { settleSlots } from "../../../sandbox/addresses/slots";

const none = { before: {}, wanted: [], standing: [], own: {} };

describe("addresses: slots of the regions", () => {
  it("are given out in the order of the regions", () => {
    assert.deepEqual(settleSlots({ ...none, wanted: ["eastus", "asia"] }), { eastus: 0, asia: 1 });
  });

  it("stay as they are when a region comes, whatever its place in the table", () => {
    const before = { eastus: 0, westeurope: 1 };
    const wanted = ["northeurope", "eastus", "westeurope"];
    assert.deepEqual(settleSlots({ ...none, before, wanted }), { eastus: 0, westeurope: 1, northeurope: 2 });
  });

  it("stay with a region that is not wanted and stands, and come back when it is gone", () => {
    const before = { eastus: 0, westeurope: 1 };
    const wanted = ["eastus", "northeurope"];
    assert.deepEqual(settleSlots({ ...none, before, wanted, standing: ["westeurope"] }), {
      eastus: 0,
      westeurope: 1,
      northeurope: 2,
    });
    assert.deepEqual(settleSlots({ ...none, before, wanted }), { eastus: 0, northeurope: 1 });
  });

  it("are none that the ARM stand-in gave to a further cluster, and the one that it gave to the region itself", () => {
    const own = { "eastus:/subscriptions/s/second": 1, northeurope: 3 };
    const slots = settleSlots({
      ...none,
      before: { eastus: 0 },
      wanted: ["eastus", "b", "northeurope"],
      own,
    });
    assert.deepEqual(slots, { eastus: 0, b: 2, northeurope: 3 });
  });

  it("run out with a message that says who has them and what to do", () => {
    const wanted = Array.from({ length: REGION_SLOTS + 1 }, (_, index) => `r${index}`);
    assert.throws(
      () => settleSlots({ ...none, wanted }),
      /^Error: Region r16 finds no addresses .* room for 16 clusters, .* taken by r0, r1, .*mesh sandbox down --region/,
    );
  });

  it("are never shared, and never move while they are needed, over any coming and going", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const step = fc.record({ wanted: fc.subarray(names), standing: fc.subarray(names) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let before: Readonly<Record<string, number>> = {};
        for (const { wanted, standing } of steps) {
          const slots = settleSlots({ before, wanted, standing, own: { "a:second": 2 } });
          const values = Object.values(slots);
          assert.equal(new Set([...values, 2]).size, values.length + 1);
          for (const name of wanted) assert.ok(slots[name] !== undefined && slots[name] < REGION_SLOTS);
          for (const [name, slot] of Object.entries(before)) {
            if (wanted.includes(name) || standing.includes(name)) assert.equal(slots[name], slot);
          }
          before = slots;
        }
      }),
    );
  });
});
