import assert from "node:assert/strict";
import fc from "fast-check";
import { SettingsError } from "../../../config/faults";
import {
  buildMesh,
  Cidr,
  downWaves,
  linksOf,
  peersOf,
  stayingRegions,
  subnetPlan,
  upWaves,
} from "../../../topology";
import { parseVariation } from "../config/tracked";

const regionName = fc.stringMatching(/^[a-z]{3,12}[0-9]?$/).filter((name) => name !== "global");
const names = fc.uniqueArray(regionName, { minLength: 2, maxLength: 12 });

/** Tables whose ranges overlap about as often as not. */
const anyTable = names.chain((regions) =>
  fc
    .tuple(
      ...regions.map(() =>
        fc.record({
          cidr: fc.tuple(fc.integer({ min: 12, max: 20 }), fc.nat()).map(([prefix, index]) =>
            Cidr.parse("10.0.0.0/8")
              .subnet(prefix, index % 2 ** (prefix - 8))
              .toString(),
          ),
        }),
      ),
    )
    .map((entries) => Object.fromEntries(regions.map((name, index) => [name, entries[index]]))),
);

/** Meshes with at least one region that stays. */
const anyMesh = names.chain((regions) =>
  fc
    .record({
      primary: fc.constantFrom(...regions),
      leaving: fc.subarray(regions, { maxLength: regions.length - 1 }),
    })
    .map(({ primary, leaving }) =>
      buildMesh({
        topology: "flat",
        primary,
        leaving,
        regions: Object.fromEntries(
          regions.map((name, index) => [name, { cidr: `10.${index}.0.0/16`, labels: {}, zones: [] }]),
        ),
      }),
    ),
);

describe("topology: random meshes of 2 to 12 regions", () => {
  it("never have overlapping ranges once the settings are accepted, and are refused only for that", () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyTable, (regions) => {
        const ranges = Object.values(regions).map((region) => Cidr.parse(region?.cidr ?? ""));
        const overlapping = ranges.some((range, index) =>
          ranges.slice(0, index).some((other) => other.overlaps(range)),
        );
        const primary = Object.keys(regions)[0] ?? "";
        const parse = () => parseVariation({ stack: "global", set: { regions, primary } });
        if (overlapping) {
          refused += 1;
          assert.throws(
            parse,
            (error) =>
              error instanceof SettingsError &&
              error.faults.every((fault) => /\.cidr$/.test(fault.setting) && /overlaps/.test(fault.got)),
          );
          return;
        }
        accepted += 1;
        const parts = parse().mesh.regions.flatMap((region) => {
          const plan = subnetPlan(region.cidr, "pod-subnet");
          return [plan.nodes, plan.podRange, plan.free].map((part) => Cidr.parse(part));
        });
        parts.forEach((part, index) =>
          assert.ok(!parts.slice(0, index).some((other) => other.overlaps(part))),
        );
      }),
      { numRuns: 300 },
    );
    assert.ok(accepted > 20 && refused > 20, `${accepted} accepted, ${refused} refused`);
  });

  it("have N×(N−1) links among the regions that stay, each both ways, none to itself or to a leaving one", () => {
    fc.assert(
      fc.property(anyMesh, (mesh) => {
        const staying = stayingRegions(mesh);
        const links = linksOf(mesh);
        assert.equal(links.length, staying.length * (staying.length - 1));
        const said = new Set(links.map((link) => `${link.from} ${link.to}`));
        assert.equal(said.size, links.length);
        for (const link of links) {
          assert.notEqual(link.from, link.to);
          assert.ok(said.has(`${link.to} ${link.from}`));
          for (const end of [link.from, link.to]) assert.ok(staying.some((region) => region.name === end));
        }
      }),
    );
  });

  it("have peers that have each other as peers", () => {
    fc.assert(
      fc.property(anyMesh, (mesh) => {
        for (const region of mesh.regions) {
          for (const peer of peersOf(mesh, region.name)) {
            assert.ok(peersOf(mesh, peer.name).some((back) => back.name === region.name));
          }
        }
      }),
    );
  });

  it("have waves in which every stack has its turn after what it needs", () => {
    fc.assert(
      fc.property(anyMesh, (mesh) => {
        const all = ["global", ...mesh.regions.map((region) => region.name)].toSorted();
        const [global, regions, link] = upWaves(mesh);
        assert.deepEqual(global?.stacks, ["global"]);
        assert.deepEqual([...global.stacks, ...(regions?.stacks ?? [])].toSorted(), all);
        // Who has peers needs the second pass, nobody else.
        const linked = mesh.regions.filter((region) => peersOf(mesh, region.name).length > 0);
        assert.deepEqual(
          link === undefined ? [] : link.stacks,
          linked.map((region) => region.name),
        );
        assert.deepEqual(
          downWaves(mesh)
            .flatMap((wave) => wave.stacks)
            .toSorted(),
          all,
        );
        assert.deepEqual(downWaves(mesh).at(-1)?.stacks, ["global"]);
      }),
    );
  });
});
