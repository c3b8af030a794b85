import { isPathMatch } from "./access";
import type { Finding } from "./fault";
import { at, hasUnknown, isAbsent, isFields, items, list, texts, type Item } from "./fields";

const SOURCE = "source";
const OPERATION = "operation";

/** Fields of a source or an operation that have a negative form, as `paths` has `notPaths`. */
const NEGATIVE = /^not([A-Z]\w*)$/;

/** Whether the policy lets requests in; it does where it names no action. */
function isAllow(spec: unknown): boolean {
  const action = at(spec, "action");
  return action === "ALLOW" || isAbsent(action);
}

/** Rules without a condition in an ALLOW policy: each lets every request of everybody in. */
export function rulesForEverybody(spec: unknown): readonly Finding[] {
  if (!isAllow(spec)) return [];
  return items("spec.rules", at(spec, "rules"))
    .filter(({ value }) => ["from", "to", "when"].every((part) => saysNothing(value[part])))
    .map(({ setting }) => ({ setting, value: {}, allowed: "a rule with from, to or when" }));
}

function saysNothing(value: unknown): boolean {
  return isAbsent(value) || (Array.isArray(value) && value.length === 0);
}

/** Conditions of an ALLOW policy that only say what must not be, so that everything else is let in. */
export function negativeConditions(spec: unknown): readonly Finding[] {
  if (!isAllow(spec)) return [];
  return conditions(spec).flatMap(({ setting, value }) =>
    Object.keys(value).flatMap((key) => {
      const [, positive] = NEGATIVE.exec(key) ?? [];
      if (positive === undefined || texts(value[key]).length === 0) return [];
      const partner = positive.charAt(0).toLowerCase() + positive.slice(1);
      if (!saysNothing(value[partner])) return [];
      return [
        {
          setting: `${setting}.${key}`,
          value: value[key],
          allowed: `${partner} beside it, which says what is let in`,
        },
      ];
    }),
  );
}

/** Paths that a DENY policy names: what is spelled otherwise, as `//admin`, is let through. */
export function deniedPaths(spec: unknown): readonly Finding[] {
  if (at(spec, "action") !== "DENY") return [];
  return conditions(spec).flatMap(({ setting, value }) =>
    texts(value["paths"]).length === 0
      ? []
      : [
          {
            setting: `${setting}.paths`,
            value: value["paths"],
            allowed: "notPaths with what is let through",
          },
        ],
  );
}

/** What a client cannot spell in another way, so that naming it is enough. */
const EXACT = ["ports", "methods"];

/** Rules of a DENY policy that say only what is refused: whatever is spelled or signed otherwise passes. */
export function positiveDenials(spec: unknown): readonly Finding[] {
  if (at(spec, "action") !== "DENY") return [];
  return items("spec.rules", at(spec, "rules")).flatMap((rule) => {
    const said = [...inner(rule, "from", SOURCE), ...inner(rule, "to", OPERATION)].flatMap(({ value }) =>
      Object.entries(value).filter(([, texts]) => !saysNothing(texts)),
    );
    const whens = items(`${rule.setting}.when`, rule.value["when"]);
    const isNegative =
      said.some(([key]) => NEGATIVE.test(key)) || whens.some(({ value }) => !saysNothing(value["notValues"]));
    const names = said.filter(([key]) => !EXACT.includes(key)).map(([key]) => key);
    if (isNegative || names.length + whens.length === 0) return [];
    return [
      {
        setting: rule.setting,
        value: [...names, ...whens.map(({ value }) => value["key"])],
        allowed: "a negative condition beside it, as notPaths, notNamespaces, notPrincipals or notValues",
      },
    ];
  });
}

/** Principals of an ALLOW policy that name no namespace, so that workloads of every team are let in. */
export function broadPrincipals(spec: unknown): readonly Finding[] {
  if (!isAllow(spec)) return [];
  return conditions(spec).flatMap(({ setting, value }) =>
    texts(value["principals"])
      .filter((principal) => principal.includes("*") && !/\/ns\/[^/*]+\/sa\//.test(principal))
      // Beside namespaces the pattern only says that the caller must have an identity.
      .filter(() => saysNothing(value["namespaces"]))
      .map((principal) => ({
        setting: `${setting}.principals`,
        value: principal,
        allowed:
          "trust-domain/ns/namespace/sa/account, where the trust domain or the account may be *, not both",
      })),
  );
}

/** Paths and methods that Istio compares as plain text, so that they match nothing that a client sends. */
export function unmatchedOperations(spec: unknown): readonly Finding[] {
  return conditions(spec).flatMap(({ setting, value }) => [
    ...["paths", "notPaths"].flatMap((key) =>
      texts(value[key])
        .filter((path) => !isPathMatch(path) && !isTemplate(path))
        .map((path) => ({
          setting: `${setting}.${key}`,
          value: path,
          allowed:
            'a path that begins with "/", with at most one "*" at its end, or one that begins with "*"',
        })),
    ),
    ...["methods", "notMethods"].flatMap((key) =>
      texts(value[key])
        .filter((method) => method !== method.toUpperCase())
        .map((method) => ({
          setting: `${setting}.${key}`,
          value: method,
          allowed: "a method in upper case",
        })),
    ),
  ]);
}

/** `/files/{*}/meta` and `/files/{**}`, which Istio knows since 1.22. */
function isTemplate(path: string): boolean {
  return path.startsWith("/") && /\{\*{1,2}\}/.test(path);
}

/** Whether a policy asks for a token of an end user, or turns away who has none. */
export function asksForToken(spec: unknown): boolean {
  if (hasUnknown(spec)) return true;
  const asks = conditions(spec).some(({ value }) =>
    ["requestPrincipals", "notRequestPrincipals"].some((key) => !saysNothing(value[key])),
  );
  const whens = items("spec.rules", at(spec, "rules")).flatMap(({ value }) => list(value["when"]));
  return asks || whens.some((when) => String(at(when, "key")).startsWith("request.auth."));
}

/** Every source and operation of a policy, with its place. */
export function conditions(spec: unknown): readonly Item[] {
  return items("spec.rules", at(spec, "rules")).flatMap((rule) => [
    ...inner(rule, "from", SOURCE),
    ...inner(rule, "to", OPERATION),
  ]);
}

function inner(rule: Item, part: string, key: string): readonly Item[] {
  return items(`${rule.setting}.${part}`, rule.value[part]).flatMap(({ setting, value }) => {
    const condition = value[key];
    return isFields(condition) ? [{ setting: `${setting}.${key}`, value: condition }] : [];
  });
}
