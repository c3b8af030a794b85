import assert from "node:assert/strict";
import fc from "fast-check";
import { addressDemand, Cidr, longestPrefix, subnetPlan } from "../../../topology";

/** Every range of IPv4. */
export const anyCidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => {
    const first = address - (address % 2 ** (32 - prefix));
    const text = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
    return { text: `${text}/${prefix}`, first, last: first + 2 ** (32 - prefix) - 1 };
  });

describe("topology: address ranges", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["10.10.0.0", "it is not an IPv4 range in the form 10.10.0.0/16"],
    ["fd00::/8", "it is not an IPv4 range in the form 10.10.0.0/16"],
    ["10.10.0.0/16 ", "it is not an IPv4 range in the form 10.10.0.0/16"],
    ["10.10.0.0/33", "the prefix length is a number from 0 to 32"],
    ["10.10.0.256/16", "each part of an address is a number from 0 to 255 without leading zeros"],
    ["10.010.0.0/16", "each part of an address is a number from 0 to 255 without leading zeros"],
    ["10.10.1.0/16", "it does not begin at its network address; 10.10.0.0/16 does"],
    ["255.255.255.255/0", "it does not begin at its network address; 0.0.0.0/0 does"],
  ];
  for (const [text, message] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => Cidr.parse(text), { name: "CidrError", message });
      assert.equal(Cidr.tryParse(text), undefined);
    });
  }

  it("writes a range as it was read", () => {
    fc.assert(fc.property(anyCidr, ({ text }) => assert.equal(Cidr.parse(text).toString(), text)));
  });

  it("overlaps exactly where the two share an address", () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        const shared = Math.max(a.first, b.first) <= Math.min(a.last, b.last);
        const [x, y] = [Cidr.parse(a.text), Cidr.parse(b.text)];
        assert.equal(x.overlaps(y), shared);
        assert.equal(y.overlaps(x), shared);
        assert.equal(x.contains(y), a.first <= b.first && b.last <= a.last);
      }),
    );
  });

  it("gives addresses by their place", () => {
    const range = Cidr.parse("172.16.0.0/16");
    assert.equal(range.address(10), "172.16.0.10");
    assert.equal(range.address(range.size - 1), "172.16.255.255");
    assert.throws(() => range.address(range.size), { message: "172.16.0.0/16 has no address number 65536" });
    assert.throws(() => range.subnet(17, 2), { name: "CidrError" });
  });
});

const anyPool = fc.record({
  max: fc.integer({ min: 1, max: 60 }),
  maxPods: fc.integer({ min: 1, max: 110 }),
  maxSurgePercent: fc.integer({ min: 1, max: 100 }),
});
const anyPlugin = fc.constantFrom("node-subnet" as const, "pod-subnet" as const);

describe("topology: subnets", () => {
  it("lays the seed's network out so that a growing pool moves nothing", () => {
    assert.deepEqual(subnetPlan("10.10.0.0/16", "pod-subnet"), {
      pods: "10.10.0.0/17",
      podRange: "10.10.0.0/17",
      nodes: "10.10.128.0/18",
      free: "10.10.192.0/18",
    });
    assert.deepEqual(subnetPlan("10.10.0.0/16", "node-subnet"), {
      nodes: "10.10.0.0/17",
      podRange: "10.10.0.0/17",
      free: "10.10.128.0/17",
    });
  });

  it("counts surge nodes, batches of pod addresses and what Azure keeps", () => {
    const pools = [
      { max: 3, maxPods: 30, maxSurgePercent: 33 },
      { max: 10, maxPods: 30, maxSurgePercent: 33 },
    ];
    assert.deepEqual(addressDemand(pools, "pod-subnet"), { nodes: 18 + 5, pods: 18 * 32 + 5 });
    assert.deepEqual(addressDemand(pools, "node-subnet"), { nodes: 18 * 31 + 5 });
  });

  it("fills the whole range with parts that never overlap", () => {
    const wide = anyCidr.filter(({ text }) => Cidr.parse(text).prefix <= 29);
    fc.assert(
      fc.property(wide, anyPlugin, ({ text }, plugin) => {
        const whole = Cidr.parse(text);
        const plan = subnetPlan(text, plugin);
        const parts = [plan.nodes, plan.free, ...(plan.pods === undefined ? [] : [plan.pods])].map((part) =>
          Cidr.parse(part),
        );
        assert.equal(
          parts.reduce((sum, part) => sum + part.size, 0),
          whole.size,
        );
        parts.forEach((part, index) => {
          assert.ok(whole.contains(part));
          assert.ok(!parts.slice(0, index).some((other) => other.overlaps(part)));
        });
      }),
    );
  });

  it("asks for the smallest range whose subnets hold the pools at their largest", () => {
    fc.assert(
      fc.property(fc.array(anyPool, { minLength: 1, maxLength: 3 }), anyPlugin, (pools, plugin) => {
        const demand = addressDemand(pools, plugin);
        const prefix = longestPrefix(demand);
        const holds = (length: number): boolean => {
          const plan = subnetPlan(Cidr.parse("0.0.0.0/0").subnet(length, 0).toString(), plugin);
          return (
            Cidr.parse(plan.nodes).size >= demand.nodes &&
            (plan.pods === undefined || Cidr.parse(plan.pods).size >= (demand.pods ?? 0))
          );
        };
        assert.equal(holds(prefix), true);
        assert.equal(holds(prefix + 1), false);
      }),
    );
  });
});
