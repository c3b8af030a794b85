import type { DenyRule, Service, TokenCondition } from "../intent";
import type { AuthorizationPolicy, AuthorizationRule, Condition, Source } from "../model";
import { metadata, SECURITY_V1 } from "../model";
import type { BuildScope } from "../scope";
import { claimConditions, operations, principal, tokenPrincipals } from "./request";

/** What a service refuses, one policy for each rule: the proxy's log then names the rule that refused. */
export function denyPolicies(service: Service, { trustDomain }: BuildScope): readonly AuthorizationPolicy[] {
  const { name, namespace, deny = [] } = service;
  return deny.map((rule) => ({
    apiVersion: SECURITY_V1,
    kind: "AuthorizationPolicy",
    metadata: metadata(name, namespace, `${name}-deny-${rule.name}`),
    spec: {
      selector: { matchLabels: { app: name } },
      action: "DENY",
      rules: denyRules(rule, trustDomain),
    },
  }));
}

/**
 * A request is refused when no exception holds, and a `not…` field holds as well for a caller without identity and
 * a request without token: nobody gets by through saying nothing. Exceptions by caller stand in one source, whose
 * fields are AND-ed. A token is no exception as soon as one part of it fails: one rule for each part, since rules
 * are OR-ed.
 */
function denyRules(rule: DenyRule, trustDomain: string): readonly AuthorizationRule[] {
  const caller: Source = {
    ...(rule.exceptFrom === undefined
      ? {}
      : { notPrincipals: rule.exceptFrom.map((name) => principal(name, trustDomain)) }),
    ...(rule.exceptNamespaces === undefined ? {} : { notNamespaces: rule.exceptNamespaces }),
  };
  return failures(rule.exceptToken).map(({ source, when }) => {
    const refused = { ...caller, ...source };
    return {
      ...(Object.keys(refused).length === 0 ? {} : { from: [{ source: refused }] }),
      ...operations(rule),
      ...(when === undefined ? {} : { when }),
    };
  });
}

/** Each way in which a token can fail a condition; without a condition the one way of saying nothing about it. */
function failures(
  token: TokenCondition | undefined,
): readonly { readonly source?: Source; readonly when?: readonly Condition[] }[] {
  if (token === undefined) return [{}];
  const notRequestPrincipals = tokenPrincipals(token);
  return [
    ...(notRequestPrincipals === undefined ? [] : [{ source: { notRequestPrincipals } }]),
    ...claimConditions(token).map(({ key, values }) => ({ when: [{ key, notValues: values }] })),
  ];
}
