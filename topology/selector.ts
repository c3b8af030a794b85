/** A selector over labels: every named label must have the given value; an empty one matches all. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

/** Whether labels satisfy a selector. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector.matchLabels).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** The labelled things that a selector picks, in their own order. */
export function selectByLabels<T extends { readonly labels: Readonly<Record<string, string>> }>(
  selector: LabelSelector,
  candidates: readonly T[],
): readonly T[] {
  return candidates.filter((candidate) => matchesLabels(selector, candidate.labels));
}
