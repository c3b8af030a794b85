/** Middle and spread of repeated measurements. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/**
 * Median and quartiles. Noise of a shared machine only ever adds time, and now and then a lot of it: a mean and
 * a standard deviation would follow the one slow run.
 */
export function summarize(values: readonly number[]): Summary {
  return {
    median: quantile(values, 0.5),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
  };
}

/** A value below which a share of all values lies; between two neighbours it is interpolated. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error("there is no quantile of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = at(sorted, Math.floor(position));
  const above = at(sorted, Math.ceil(position));
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Ratio of each round: `above` and `below` were measured one right after the other, so that what slowed the
 * machine down slowed both.
 */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  if (above.length !== below.length) {
    throw new Error(`${above.length} and ${below.length} measurements do not make rounds`);
  }
  return above.map((value, round) => value / at(below, round));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The k of y = c · x^k that fits best: the slope of least squares through the logarithms. 1 is linear, 2 is
 * quadratic. Points that are not above zero cannot stand on a logarithmic scale and are refused.
 */
export function exponent(points: readonly Point[]): number {
  if (new Set(points.map(({ x }) => x)).size < 2) throw new Error("an exponent needs two points apart");
  const bad = points.find(({ x, y }) => !(x > 0 && y > 0));
  if (bad !== undefined) throw new Error(`an exponent needs points above zero, got (${bad.x}, ${bad.y})`);
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const center = { x: mean(logs.map(({ x }) => x)), y: mean(logs.map(({ y }) => y)) };
  const covariance = mean(logs.map(({ x, y }) => (x - center.x) * (y - center.y)));
  const variance = mean(logs.map(({ x }) => (x - center.x) ** 2));
  return covariance / variance;
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error(`there is no value ${index} of ${values.length}`);
  return value;
}
