import assert from "node:assert/strict";
import fc from "fast-check";
import { evenTable, localityLbSetting } from "../../../istio/traffic/locality";
import { mostLocal } from "../../../istio/rules/locality";
import { REGIONS } from "./support/fixtures";

const topologies = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,12}$/), { minLength: 2, maxLength: 12 });
const meshes = topologies.chain((regions) =>
  fc.record({ regions: fc.constant(regions), local: fc.integer({ min: 1, max: mostLocal(regions) }) }),
);
const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);

describe("locality tables", () => {
  it("give seed 000 its 80/10/10 from every region", () => {
    assert.deepEqual(evenTable(REGIONS, 80), {
      eastus: { eastus: 80, southeastasia: 10, westeurope: 10 },
      southeastasia: { eastus: 10, southeastasia: 80, westeurope: 10 },
      westeurope: { eastus: 10, southeastasia: 10, westeurope: 80 },
    });
  });

  it("spread what does not divide over the regions that follow", () => {
    assert.deepEqual(evenTable(["a", "b", "c", "d"], 80), {
      a: { a: 80, b: 7, c: 7, d: 6 },
      b: { a: 6, b: 80, c: 7, d: 7 },
      c: { a: 7, b: 6, c: 80, d: 7 },
      d: { a: 7, b: 7, c: 6, d: 80 },
    });
  });

  it("keep a mesh of one region at home", () => {
    assert.deepEqual(evenTable(["eastus"], 80), { eastus: { eastus: 100 } });
  });

  it("are complete: a row for each region, each with the local share at home and at least 1 elsewhere", () => {
    fc.assert(
      fc.property(meshes, ({ regions, local }) => {
        const table = evenTable(regions, local);
        assert.deepEqual(Object.keys(table), regions.toSorted());
        for (const [from, to] of Object.entries(table)) {
          assert.deepEqual(Object.keys(to), regions.toSorted());
          assert.equal(to[from], local);
          assert.ok(Object.values(to).every((share) => Number.isInteger(share) && share >= 1));
        }
      }),
    );
  });

  it("sum to 100 for every sender and for every receiver, and shares elsewhere differ by at most 1", () => {
    fc.assert(
      fc.property(meshes, ({ regions, local }) => {
        const table = evenTable(regions, local);
        for (const region of regions) {
          assert.equal(sum(Object.values(table[region] ?? {})), 100);
          assert.equal(sum(Object.values(table).map((to) => to[region] ?? 0)), 100);
          const elsewhere = regions
            .filter((other) => other !== region)
            .map((other) => table[region]?.[other] ?? 0);
          assert.ok(Math.max(...elsewhere) - Math.min(...elsewhere) <= 1);
        }
      }),
    );
  });

  it("are symmetric where the rest divides evenly", () => {
    fc.assert(
      fc.property(topologies, fc.integer({ min: 1, max: 8 }), (regions, share) => {
        const table = evenTable(regions, 100 - share * (regions.length - 1));
        for (const from of regions)
          for (const to of regions) assert.equal(table[from]?.[to], table[to]?.[from]);
      }),
    );
  });

  it("do not depend on the order in which the regions are named", () => {
    fc.assert(
      fc.property(
        meshes.chain(({ regions, local }) =>
          fc.record({
            regions: fc.constant(regions),
            local: fc.constant(local),
            shuffled: fc.shuffledSubarray(regions, { minLength: regions.length }),
          }),
        ),
        ({ regions, local, shuffled }) => {
          const say = (named: readonly string[]): string =>
            JSON.stringify(localityLbSetting({ local, rest: "even" }, named));
          assert.equal(say(shuffled), say(regions));
        },
      ),
    );
  });

  it("write localities as Istio's patterns", () => {
    assert.deepEqual(localityLbSetting({ distribute: { a: { b: 40, a: 60 }, b: { b: 100 } } }, ["a", "b"]), {
      enabled: true,
      distribute: [
        { from: "a/*", to: { "a/*": 60, "b/*": 40 } },
        { from: "b/*", to: { "b/*": 100 } },
      ],
    });
  });

  it("say failover by region, or only that locality counts", () => {
    assert.deepEqual(localityLbSetting({ failover: { b: "a", a: "b" } }, ["a", "b"]), {
      enabled: true,
      failover: [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    });
    assert.deepEqual(localityLbSetting({ failover: "any" }, ["a", "b"]), { enabled: true });
  });
});
