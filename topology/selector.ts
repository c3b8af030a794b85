/** Labels of a cluster or of an entry of the catalog. */
export type Labels = Readonly<Record<string, string>>;

/** One condition on a label, as Kubernetes has it. */
export interface LabelRequirement {
  /** Label that the condition is about. @example "tier" */
  readonly key: string;
  /** `NotIn` and `DoesNotExist` hold where there is no such label, too. */
  readonly operator: "DoesNotExist" | "Exists" | "In" | "NotIn";
  /** For `In` and `NotIn`. @default none @example ["gold", "silver"] */
  readonly values?: readonly string[];
}

/** A selector over labels, as Kubernetes has it: every condition must hold; one without any matches all. */
export interface LabelSelector {
  /** Labels with their values. @default none @example { mesh: "enabled" } */
  readonly matchLabels?: Labels;
  /** Conditions beyond equality. @default none @example [{ key: "tier", operator: "In", values: ["gold"] }] */
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** Whether labels satisfy a selector. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(
      ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
    ) && (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels))
  );
}

function satisfies({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
  }
}

/** The labelled things that a selector picks, in their own order. */
export function selectByLabels<T extends { readonly labels: Labels }>(
  selector: LabelSelector,
  candidates: readonly T[],
): readonly T[] {
  return candidates.filter((candidate) => matchesLabels(selector, candidate.labels));
}
