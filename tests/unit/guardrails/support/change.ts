import { UNKNOWN, isUnknown } from "../../../../guardrails/unknown";
import type { Rule, GivenSettings, Subject } from "../../../../guardrails/rule";
import type { Change, RuleCase } from "./cases";

/** The good input of a case: a default stack, and the case's own resource where that has none of its kind. */
export function goodInput(stack: readonly Subject[], one: RuleCase): readonly Subject[] {
  if (one.good === undefined) return stack;
  return [...stack, sample(one.on, one.good)];
}

/** A resource for the tests. */
export function sample(type: string, props: Readonly<Record<string, unknown>>, name = "sample"): Subject {
  return { type, name, urn: `urn:pulumi:dev::test::${type}::${name}`, props };
}

/** The resources with a change made to a copy of them. */
export function changed(subjects: readonly Subject[], one: RuleCase, change: Change): readonly Subject[] {
  if (typeof change === "function") return change(structuredCloneOf(subjects));
  const index = subjects.findLastIndex(
    ({ type, name }) => type === one.on && (one.name === undefined || one.name === name),
  );
  const target = subjects[index];
  if (target === undefined) throw new Error(`there is no ${one.on} ${one.name ?? ""} to change`);
  let props: unknown = target.props;
  for (const [path, next] of Object.entries(change)) props = withValue(props, steps(path), next);
  return subjects.with(index, { ...target, props: props as Subject["props"] });
}

/** Everything that a rule says of the resources. */
export async function judge(
  rule: Rule,
  subjects: readonly Subject[],
  settings?: GivenSettings,
): Promise<string[]> {
  if (rule.scope === "stack") return [...rule.check(subjects, settings)];
  const judged = subjects.filter(({ type }) => rule.types.includes(type));
  return (await Promise.all(judged.map((subject) => rule.check(subject, settings)))).flat();
}

/** Every copy of the value in which one part, small or large, is not known yet. */
export function* unknownParts(value: unknown): Generator {
  yield UNKNOWN;
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      for (const part of unknownParts(inner)) yield value.with(index, part);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      for (const part of unknownParts(inner)) yield { ...value, [key]: part };
    }
  }
}

const steps = (path: string): string[] => path.split(/[.[\]]+/).filter((step) => step !== "");

function withValue(value: unknown, path: readonly string[], next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (Array.isArray(value)) return value.with(Number(step), withValue(value[Number(step)], rest, next));
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const inner = withValue(object[step], rest, next);
  const others = Object.fromEntries(Object.entries(object).filter(([key]) => key !== step));
  return inner === undefined ? others : { ...others, [step]: inner };
}

function structuredCloneOf(subjects: readonly Subject[]): readonly Subject[] {
  const clone = (value: unknown): unknown => {
    if (isUnknown(value) || typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(clone);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clone(inner)]));
  };
  return subjects.map((subject) => clone(subject) as Subject);
}
