import { isDeepStrictEqual } from "node:util";

/** So often a measurement is made. */
const ROUNDS = 3;

/**
 * Measures until what was wanted comes out, a few times at most, and returns the last: where the mesh's own limits of time
 * are counted in seconds, a pause of the machine can cut a try short. What is wrong is so each time.
 */
export async function measured<T>(measure: (round: number) => Promise<T>, wanted: T): Promise<T> {
  for (let round = 1; ; round += 1) {
    const found = await measure(round);
    if (isDeepStrictEqual(found, wanted) || round === ROUNDS) return found;
  }
}
