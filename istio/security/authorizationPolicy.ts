import type { AccessRule, NamespaceArgs, Service } from "../intent";
import type { AuthorizationPolicy, AuthorizationRule, Source } from "../model";
import { metadata, SECURITY_V1 } from "../model";
import type { BuildScope } from "../scope";
import { claimConditions, operations, principal, tokenPrincipals } from "./request";

/** Who may call a service; none where it says nothing. Without any rule the policy lets nobody in. */
export function authorizationPolicy(
  service: Service,
  { trustDomain }: BuildScope,
): AuthorizationPolicy | undefined {
  const { name, namespace, access } = service;
  if (access === undefined) return undefined;
  return {
    apiVersion: SECURITY_V1,
    kind: "AuthorizationPolicy",
    metadata: metadata(name, namespace, `${name}-policy`),
    spec: {
      selector: { matchLabels: { app: name } },
      action: "ALLOW",
      ...(access.length === 0 ? {} : { rules: access.map((rule) => authorizationRule(rule, trustDomain)) }),
    },
  };
}

/**
 * Closes a namespace: an ALLOW policy without rules selects every workload and matches no request, so a workload
 * is open to what another ALLOW policy lets in and to nothing else.
 */
export function defaultDeny({ name, defaultDeny }: NamespaceArgs): AuthorizationPolicy | undefined {
  if (defaultDeny !== true) return undefined;
  return {
    apiVersion: SECURITY_V1,
    kind: "AuthorizationPolicy",
    metadata: metadata(name, name, "deny-by-default"),
    spec: {},
  };
}

function authorizationRule(rule: AccessRule, trustDomain: string): AuthorizationRule {
  const sources = allowedSources(rule, trustDomain);
  const claims = claimConditions(rule.token ?? {});
  return {
    ...(sources.length === 0 ? {} : { from: sources.map((source) => ({ source })) }),
    ...operations(rule),
    ...(claims.length === 0 ? {} : { when: claims }),
  };
}

/** Callers by account or by namespace, one source each because one of them is enough; the token beside each. */
function allowedSources({ from, namespaces, token }: AccessRule, trustDomain: string): readonly Source[] {
  const requestPrincipals = token === undefined ? undefined : tokenPrincipals(token);
  const bearer: Source = requestPrincipals === undefined ? {} : { requestPrincipals };
  const callers: readonly Source[] = [
    ...(from === undefined ? [] : [{ principals: from.map((caller) => principal(caller, trustDomain)) }]),
    ...(namespaces === undefined ? [] : [{ namespaces }]),
  ];
  if (callers.length === 0) return requestPrincipals === undefined ? [] : [bearer];
  return callers.map((caller) => ({ ...caller, ...bearer }));
}
