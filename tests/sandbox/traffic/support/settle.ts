/**
 * Waits for all, whatever becomes of some, and throws what went wrong with any: a failure that does not wait leaves the
 * others at work on what its catcher takes away.
 */
export async function settled(works: Iterable<Promise<unknown>>): Promise<void> {
  const faults = (await Promise.allSettled(works)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (faults.length > 1) throw new AggregateError(faults, faults.map(String).join("\n"));
  if (faults.length === 1) throw faults[0];
}
