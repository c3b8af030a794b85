/**
 * Does work for each of some items at once. The first failure ends the work for the others; it is thrown when all of it
 * has come to its end, so that nothing goes on behind the back of who called.
 * @param work ends when its signal does.
 */
export async function together<Item>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  await Promise.allSettled(
    items.map(async (item) => {
      try {
        await work(item, ends);
      } catch (error) {
        // Only the first one stays.
        failed.abort(error);
      }
    }),
  );
  failed.signal.throwIfAborted();
}
