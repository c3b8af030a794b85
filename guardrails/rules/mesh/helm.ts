import { z } from "zod";
import { halfInstalled, movingChart, plaintextRepository } from "../../../istio/rules/kubernetes/charts";
import { describeFinding, type Finding } from "../../../istio/rules/fault";
import { readRelease } from "../../manifests/chart";
import { judgeChildren } from "../../manifests/children";
import type { Render } from "../../manifests/render";
import { defineRule, type Level, type Rule, type Subject } from "../../rule";
import { RELEASE } from "./kinds";
import { HELM_RELEASE, NSA } from "./sources";

const CHILDREN = {
  title: "Pulumi, choosing the right Helm resource",
  url: "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/choosing-the-right-helm-resource/",
};

/** A name that no rule has would change nothing, and nobody would see that: it is refused. */
function childSettings(objectRules: readonly Rule[]) {
  const ids = objectRules.filter(({ scope }) => scope === "resource").map(({ id }) => id);
  const refuse = (named: readonly string[], context: z.RefinementCtx) => {
    for (const id of named.filter((name) => !ids.includes(name))) {
      const message = `"${id}" is no rule over single Istio or Kubernetes objects`;
      context.addIssue({ code: "custom", message });
    }
  };
  return z.strictObject({
    skip: z
      .array(z.string())
      .superRefine(refuse)
      .default([])
      .describe("Ids of rules that objects of charts are not judged by."),
    settings: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .superRefine((settings, context) => refuse(Object.keys(settings), context))
      .default({})
      .describe(
        "Settings by rule id, for objects of charts; the pack's own are not handed on by the engine.",
      ),
  });
}

/**
 * Rules over Helm Releases and what they make.
 * @param objectRules the rules over single objects
 */
export function helmRules(objectRules: readonly Rule[], render: Render): readonly Rule[] {
  return [
    releaseRule({
      id: "helm-version-pinned",
      title: "A Release names one version of its chart",
      why: "Without it an update installs whatever the repository offers on that day.",
      fix: "Set version in full.",
      level: "mandatory",
      sources: [HELM_RELEASE],
      find: movingChart,
    }),
    releaseRule({
      id: "helm-atomic",
      title: "A Release that fails is taken back",
      why: "One that failed half way stays pending-install, and the next update stops at it (pulumi-kubernetes#2054).",
      fix: "Set atomic: true.",
      level: "advisory",
      sources: [
        HELM_RELEASE,
        { title: "pulumi-kubernetes#2054", url: "https://github.com/pulumi/pulumi-kubernetes/issues/2054" },
      ],
      find: halfInstalled,
    }),
    releaseRule({
      id: "helm-repository-https",
      title: "Charts are fetched over HTTPS",
      why: "Whoever sits on the way can put another chart in its place, and with it anything into the cluster.",
      fix: "Write repositoryOpts.repo with https.",
      level: "mandatory",
      sources: [HELM_RELEASE, NSA],
      find: plaintextRepository,
    }),
    childRule("helm-objects", "mandatory", objectRules, render),
    childRule("helm-objects-advice", "advisory", objectRules, render),
    defineRule({
      id: "helm-objects-checked",
      title: "What a Release makes can be judged",
      why: "Its objects are not resources of the stack: without Helm nobody sees them before they are in the cluster.",
      fix: "Put helm on PATH and make the chart reachable where previews run.",
      level: "advisory",
      sources: [CHILDREN],
      scope: "resource",
      types: [RELEASE],
      check: async ({ name, props }) => {
        const read = readRelease(name, props);
        if (read.state === "later") return [];
        const outcome = read.state === "never" ? read : await render(read.call);
        if (!("reason" in outcome)) return [];
        return [`Release ${name}: the objects that it makes were not checked, since ${outcome.reason}`];
      },
    }),
  ];
}

function releaseRule({
  find,
  ...said
}: Pick<Rule, "id" | "title" | "why" | "fix" | "level" | "sources"> & {
  readonly find: (release: unknown) => readonly Finding[];
}): Rule {
  return defineRule({
    ...said,
    scope: "resource",
    types: [RELEASE],
    check: ({ props }) => find(props).map(describeFinding),
  });
}

/** Two, since a policy has one level: what is mandatory of an object of its own is so of one in a chart. */
function childRule(id: string, level: Level, objectRules: readonly Rule[], render: Render): Rule {
  return defineRule({
    id,
    title: `What a Release makes keeps the ${level} rules over single objects`,
    why: "A Release hides its objects from the engine; they are no better for standing in a chart.",
    fix: "Set the chart's value that changes it; where it has none, name the rule in the setting skip or give it settings.",
    level,
    sources: [CHILDREN],
    scope: "resource",
    types: [RELEASE],
    settings: childSettings(objectRules),
    check: async ({ name, props }: Subject, { skip, settings }) => {
      const read = readRelease(name, props);
      if (read.state !== "known") return [];
      const rendered = await render(read.call);
      if (rendered.state !== "rendered") return [];
      const rules = objectRules.filter((rule) => !skip.includes(rule.id));
      return judgeChildren({ name, namespace: props["namespace"] }, rendered.objects, {
        rules,
        level,
        settings,
      });
    },
  });
}
