import type { Finding } from "../../rules/fault";
import { at, isFields, items, texts } from "../../rules/fields";
import { LABEL_LENGTH } from "../../rules/names";
import { objectRule, type LintRule } from "../rule";
import type { Viewed } from "../view/object";

/** Kinds whose names are parts of host names, so that Kubernetes refuses long ones. */
const HOST_PARTS = ["Namespace", "Service"];

const ALLOWED = `up to ${LABEL_LENGTH} characters`;

/** Rules over names. */
export const nameRules: readonly LintRule[] = [
  objectRule({
    code: "GM801",
    title: "No part of a host, label or subset is longer than 63 characters",
    why: "DNS and Kubernetes end there: the API server or istiod refuses the object, after others have been applied.",
    fix: "Shorten it.",
    severity: "error",
    kinds: "all",
    find: refusedNames,
  }),
  objectRule({
    code: "GM802",
    title: "No object's name is longer than 63 characters",
    why: "It is accepted, but fits in no label, by which tools and telemetry find what belongs to it.",
    fix: "Shorten it.",
    severity: "warning",
    kinds: "all",
    find: ({ kind, name }) =>
      name.length <= LABEL_LENGTH || HOST_PARTS.includes(kind)
        ? []
        : [{ setting: "metadata.name", value: name, allowed: ALLOWED }],
  }),
];

function refusedNames({ kind, name, namespace, object, spec }: Viewed): readonly Finding[] {
  const named: [string, string][] = HOST_PARTS.includes(kind) ? [["metadata.name", name]] : [];
  const short = [
    ...named,
    ["metadata.namespace", namespace] as const,
    ...values("metadata.labels", at(object, "metadata", "labels")),
    ...items("spec.subsets", at(spec, "subsets")).flatMap(({ setting, value }) => [
      ...texts([value["name"]]).map((text) => [`${setting}.name`, text] as const),
      ...values(`${setting}.labels`, value["labels"]),
    ]),
    ...values("spec.selector", at(spec, "selector")),
    ...values("spec.selector.matchLabels", at(spec, "selector", "matchLabels")),
    ...values("spec.workloadSelector.labels", at(spec, "workloadSelector", "labels")),
  ].filter(([, text]) => text.length > LABEL_LENGTH);
  const hosts = [
    ...texts(at(spec, "hosts")).map((host) => ["spec.hosts", host] as const),
    ...texts([at(spec, "host")]).map((host) => ["spec.host", host] as const),
  ].filter(([, host]) => host.split(/[./]/).some((part) => part.length > LABEL_LENGTH));
  return [...short, ...hosts].map(([setting, value]) => ({
    setting,
    value,
    allowed: `${ALLOWED}${hosts.length > 0 && setting.startsWith("spec.host") ? " between its dots" : ""}`,
  }));
}

function values(setting: string, labels: unknown): readonly (readonly [string, string])[] {
  if (!isFields(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${setting}.${key}`, value] as const] : [],
  );
}
