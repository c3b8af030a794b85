import type { AccessRule, Service } from "../intent";
import type { AuthorizationPolicy, AuthorizationRule, Operation } from "../model";
import { metadata, SECURITY_V1 } from "../model";
import type { BuildScope } from "../scope";
import { parseCaller } from "../rules/access";

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

function authorizationRule(rule: AccessRule, trustDomain: string): AuthorizationRule {
  const operation: Operation = {
    ...(rule.methods === undefined ? {} : { methods: rule.methods }),
    ...(rule.paths === undefined ? {} : { paths: rule.paths }),
  };
  return {
    ...(rule.from === undefined
      ? {}
      : { from: [{ source: { principals: rule.from.map((caller) => principal(caller, trustDomain)) } }] }),
    ...(Object.keys(operation).length === 0 ? {} : { to: [{ operation }] }),
  };
}

/** The SPIFFE name, without its scheme, that the caller's certificate must carry. */
function principal(caller: string, trustDomain: string): string {
  const { namespace, serviceAccount } = parseCaller(caller) ?? { namespace: "", serviceAccount: "" };
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
