/** How often something may be seen in a number of tries, if each has this probability: all but one in 1,000 times. */
export function interval(
  tries: number,
  probability: number,
): { readonly low: number; readonly high: number } {
  const tail = 0.0005;
  const cumulative: number[] = [];
  let sum = 0;
  for (let k = 0; k <= tries; k += 1) {
    sum += Math.exp(
      logBinomial(tries, k) + k * Math.log(probability) + (tries - k) * Math.log(1 - probability),
    );
    cumulative.push(sum);
  }
  const low = cumulative.findIndex((chance) => chance > tail);
  const high = cumulative.findIndex((chance) => chance >= 1 - tail);
  return { low, high: high < 0 ? tries : high };
}

function logBinomial(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
  return sum;
}
