/** The entries of a record in the order of their keys, so that the order in which they were written means nothing. */
export function sortedEntries<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

/** Texts in order, each once. */
export function sortedTexts(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].toSorted();
}
