export type Labels = Readonly<Record<string, string>>;

/** Things of a namespace that select by labels, found by the labels of what they select. */
export class SelectorIndex<T> {
  private readonly byLabel = new Map<string, { readonly selector: Labels; readonly item: T }[]>();
  private readonly forAll = new Map<string, T[]>();

  add(namespace: string, selector: Labels, item: T): void {
    const [first] = Object.keys(selector).toSorted();
    if (first === undefined) {
      push(this.forAll, namespace, item);
      return;
    }
    push(this.byLabel, labelKey(namespace, first, selector[first]), { selector, item });
  }

  /** Those that select nothing by label and so everything in the namespace. */
  ofAll(namespace: string): readonly T[] {
    return this.forAll.get(namespace) ?? [];
  }

  /** Those whose selector these labels satisfy, other than those of everything. */
  selecting(namespace: string, labels: Labels): readonly T[] {
    return Object.entries(labels).flatMap(([key, value]) =>
      (this.byLabel.get(labelKey(namespace, key, value)) ?? [])
        .filter(({ selector }) => isWithin(selector, labels))
        .map(({ item }) => item),
    );
  }
}

/** Whether labels have everything that a selector asks for. */
export function isWithin(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

export function labelKey(namespace: string, key: string, value: string | undefined): string {
  return `${namespace} ${key}=${value ?? ""}`;
}

/** The texts of an object, as labels are. */
export function labelsOf(value: unknown): Labels {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function push<K, T>(map: Map<K, T[]>, key: K, item: T): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}
