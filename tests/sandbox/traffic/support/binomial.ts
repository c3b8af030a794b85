/** How often something may be seen in a number of tries, if each has this probability: all but one in 1,000 times. */
export function interval(
  tries: number,
  probability: number,
): { readonly low: number; readonly high: number } {
  // What never happens, and what always does, is seen exactly that often.
  if (probability <= 0) return { low: 0, high: 0 };
  if (probability >= 1) return { low: tries, high: tries };
  const tail = 0.0005;
  const odds = Math.log(probability) - Math.log(1 - probability);
  let chance = tries * Math.log(1 - probability);
  let sum = 0;
  let low: number | undefined;
  for (let k = 0; k <= tries; k += 1) {
    sum += Math.exp(chance);
    if (sum > tail) low ??= k;
    if (sum >= 1 - tail) return { low: low ?? k, high: k };
    // C(n, k + 1) from C(n, k), in logarithms: the numbers themselves are beyond a double.
    chance += Math.log((tries - k) / (k + 1)) + odds;
  }
  return { low: low ?? tries, high: tries };
}
