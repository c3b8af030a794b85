import type { LabelSelector } from "../../topology";
import type { Application, Binding } from "../intent";
import type { Fault } from "./fault";
import { checkName } from "./names";

/** A label's key as Kubernetes takes it: a name, in front of it perhaps a DNS subdomain and a slash. */
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

const OPERATORS = ["DoesNotExist", "Exists", "In", "NotIn"];

/** Faults of a binding by itself. Whether it selects anything is for the mesh to say, and no fault. */
export function checkBinding({ name, clusters, applications, entries }: Binding): readonly Fault[] {
  const setting = `bindings.${name}`;
  return [
    ...checkName(`${setting}.name`, name),
    ...(clusters.length > 0
      ? []
      : [
          {
            setting: `${setting}.clusters`,
            value: [],
            allowed: "at least one selector",
            fix: "Fill it or take the binding out; a selector with no conditions matches every cluster",
          },
        ]),
    ...(applications.length > 0 || entries.length > 0
      ? []
      : [
          {
            setting: `${setting}.applications`,
            value: [],
            allowed: "at least one name there, or one selector in entries",
            fix: "Fill one of them or take the binding out",
          },
        ]),
    ...clusters.flatMap((selector, index) => checkSelector(`${setting}.clusters[${index}]`, selector)),
    ...entries.flatMap((selector, index) => checkSelector(`${setting}.entries[${index}]`, selector)),
  ];
}

/** Faults of the labels that bindings select an application and its entries by. */
export function checkEntryLabels(setting: string, application: Application): readonly Fault[] {
  const { labels, services, gateways, externalServices } = application;
  const entries = Object.entries({ services, gateways, externalServices }).flatMap(([kind, list]) =>
    list.map((entry) => [`${kind}.${entry.name}`, entry.labels ?? {}] as const),
  );
  return [
    ...checkLabels(`${setting}.labels`, labels),
    ...entries.flatMap(([place, own]) => checkLabels(`${setting}.${place}.labels`, own)),
  ];
}

function checkLabels(setting: string, labels: Readonly<Record<string, string>>): readonly Fault[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkKey(setting, key),
    ...checkValue(`${setting}.${key}`, value),
  ]);
}

function checkSelector(setting: string, selector: LabelSelector): readonly Fault[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return [
    ...checkLabels(`${setting}.matchLabels`, matchLabels),
    ...matchExpressions.flatMap(({ key, operator, values = [] }, index): readonly Fault[] => {
      const place = `${setting}.matchExpressions[${index}]`;
      const wants = operator === "In" || operator === "NotIn";
      return [
        ...checkKey(`${place}.key`, key),
        ...values.flatMap((value) => checkValue(`${place}.values`, value)),
        ...(OPERATORS.includes(operator)
          ? []
          : [
              {
                setting: `${place}.operator`,
                value: operator,
                allowed: OPERATORS.join(", "),
                fix: "Write one of them",
              },
            ]),
        ...(wants === values.length > 0 || !OPERATORS.includes(operator)
          ? []
          : [
              {
                setting: `${place}.values`,
                value: values,
                allowed: wants ? `at least one value with ${operator}` : `nothing with ${operator}`,
                fix: wants ? "Name the values, or use Exists" : "Take the values out, or use In or NotIn",
              },
            ]),
      ];
    }),
  ];
}

function checkKey(setting: string, key: string): readonly Fault[] {
  if (LABEL_KEY.test(key)) return [];
  return [
    {
      setting,
      value: key,
      allowed:
        "a label's key as in Kubernetes: up to 63 letters, digits, -, _ and ., perhaps behind a domain and /",
      fix: 'Write it like "mesh" or "example.com/team"',
    },
  ];
}

function checkValue(setting: string, value: string): readonly Fault[] {
  if (LABEL_VALUE.test(value)) return [];
  return [
    {
      setting,
      value,
      allowed: "a label's value as in Kubernetes: up to 63 letters, digits, -, _ and .",
      fix: 'Write it like "enabled"',
    },
  ];
}
