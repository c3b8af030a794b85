import assert from "node:assert/strict";
import fc from "fast-check";
import { exponent, median, quantile, ratios, summarize } from "../../../bench/stats";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe("statistics of repeated measurements", () => {
  it("take the middle one, or the mean of the middle two", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([7]), 7);
  });

  it("give quartiles between neighbours", () => {
    assert.deepEqual(summarize([5, 1, 4, 2, 3]), { median: 3, lowerQuartile: 2, upperQuartile: 4 });
    assert.deepEqual(summarize([1, 2, 3, 4]), { median: 2.5, lowerQuartile: 1.75, upperQuartile: 3.25 });
  });

  it("are not moved by one slow run", () => {
    assert.equal(median([1.0, 1.1, 0.9, 1.0, 60]), 1);
  });

  it("leave the measurements in their order", () => {
    const values = Object.freeze([3, 1, 2]);
    assert.equal(quantile(values, 0), 1);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it("lie between the least and the greatest value, and rise with the share", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { median: middle, lowerQuartile, upperQuartile } = summarize(values);
        assert.ok(Math.min(...values) <= lowerQuartile);
        assert.ok(lowerQuartile <= middle && middle <= upperQuartile);
        assert.ok(upperQuartile <= Math.max(...values));
      }),
    );
  });

  it("refuse no values", () => {
    assert.throws(() => median([]), /no quantile of no values/);
  });

  it("set each round's measurement against the same round's", () => {
    assert.deepEqual(ratios([2, 30], [1, 10]), [2, 3]);
    assert.throws(() => ratios([1, 2], [1]), /2 and 1 measurements/);
  });
});

describe("exponent of growth", () => {
  const points = (f: (x: number) => number): { x: number; y: number }[] =>
    [10, 100, 1000].map((x) => ({ x, y: f(x) }));
  const near = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

  it("is 1 for linear, 2 for quadratic, 0 for constant", () => {
    near(exponent(points((x) => 3 * x)), 1);
    near(exponent(points((x) => 0.1 * x ** 2)), 2);
    near(exponent(points(() => 42)), 0);
  });

  it("is that of any power, whatever its factor", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        (k, c) => near(exponent(points((x) => c * x ** k)), k),
      ),
    );
  });

  it("refuses what has no logarithm, and a single place", () => {
    assert.throws(
      () =>
        exponent([
          { x: 1, y: 1 },
          { x: 2, y: 0 },
        ]),
      /above zero, got \(2, 0\)/,
    );
    assert.throws(
      () =>
        exponent([
          { x: 1, y: 1 },
          { x: 1, y: 2 },
        ]),
      /two points apart/,
    );
  });
});
