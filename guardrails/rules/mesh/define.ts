import { z } from "zod";
import { describeFinding, type Finding } from "../../../istio/rules/fault";
import { at, type Fields } from "../../../istio/rules/fields";
import type { SetObject } from "../../../istio/rules/objectSet";
import { podTemplate, type PodTemplate } from "../../../istio/rules/kubernetes/pods";
import { defineRule, type Level, type Rule, type Source, type Subject } from "../../rule";
import { kindOf, PODS, tokens, type Kind } from "./kinds";

/** What a rule over objects of a cluster says; the rest follows from the kinds. */
interface Said<S extends z.ZodObject> {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly level: Level;
  readonly sources: readonly Source[];
  readonly settings?: S;
}

/** A rule over each object of some kinds. */
export function objectRule<S extends z.ZodObject = z.ZodObject>({
  kinds,
  find,
  ...said
}: Said<S> & {
  readonly kinds: readonly Kind[];
  readonly find: (object: Fields, settings: z.infer<S>, kind: string) => readonly Finding[];
}): Rule {
  return defineRule<S>({
    ...said,
    scope: "resource",
    types: kinds.flatMap(tokens),
    check: ({ props, type }, settings) => find(props, settings, kindOf(type) ?? "").map(describeFinding),
  });
}

/** A rule over the `spec` of each object of some kinds. */
export function specRule<S extends z.ZodObject = z.ZodObject>({
  find,
  ...rest
}: Said<S> & {
  readonly kinds: readonly Kind[];
  readonly find: (spec: unknown, settings: z.infer<S>) => readonly Finding[];
}): Rule {
  return objectRule<S>({ ...rest, find: (object, settings) => find(object["spec"], settings) });
}

/** A rule over each pod that some object makes. */
export function podRule<S extends z.ZodObject = z.ZodObject>({
  find,
  ...rest
}: Said<S> & { readonly find: (pod: PodTemplate, settings: z.infer<S>) => readonly Finding[] }): Rule {
  return objectRule<S>({
    ...rest,
    kinds: PODS,
    find: (object, settings, kind) => {
      const pod = podTemplate(kind, object);
      return pod === undefined ? [] : find(pod, settings);
    },
  });
}

/** A rule over all objects of a stack together. */
export function setRule<S extends z.ZodObject = z.ZodObject>({
  find,
  ...said
}: Said<S> & {
  readonly find: (set: readonly SetObject[], settings: z.infer<S>) => readonly Finding[];
}): Rule {
  return defineRule<S>({
    ...said,
    scope: "stack",
    check: (subjects, settings) => find(subjects.flatMap(setObject), settings).map(describeFinding),
  });
}

function setObject({ type, name, props }: Subject): readonly SetObject[] {
  const kind = kindOf(type);
  if (kind === undefined) return [];
  const [namespace, own] = [at(props, "metadata", "namespace"), at(props, "metadata", "name")];
  const place = [namespace, own].filter((part) => typeof part === "string").join("/");
  return [{ kind, label: `${kind} ${place === "" ? name : place}`, object: props }];
}

/** A setting that lists names, where an entry may end in `*`. */
export function names(description: string, preset: readonly string[] = []) {
  return z
    .array(z.string())
    .default([...preset])
    .describe(description);
}
