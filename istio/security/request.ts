import type { TokenCondition } from "../intent";
import type { AuthorizationRule, Operation } from "../model";
import { parseCaller } from "../rules/callers";
import { claimPath } from "../rules/token";

/** The SPIFFE name, without its scheme, that the caller's certificate must carry. */
export function principal(caller: string, trustDomain: string): string {
  const { namespace, serviceAccount } = parseCaller(caller) ?? { namespace: "", serviceAccount: "" };
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** What a rule says of the request itself; nothing where it says nothing. */
export function operations(rule: Operation): Pick<AuthorizationRule, "to"> {
  const operation: Operation = {
    ...(rule.methods === undefined ? {} : { methods: rule.methods }),
    ...(rule.paths === undefined ? {} : { paths: rule.paths }),
  };
  return Object.keys(operation).length === 0 ? {} : { to: [{ operation }] };
}

/**
 * Issuer and subject that a token must carry; none where its claims alone decide. A token without `iss` or
 * `sub` has no principal, so it is no valid one for `{}`.
 */
export function tokenPrincipals({ principals, claims }: TokenCondition): readonly string[] | undefined {
  if (principals === undefined) return claims === undefined ? ["*"] : undefined;
  // Istio would read the second star of "*/*" as a subject of that name.
  return principals.map((name) => (name === "*/*" ? "*" : name));
}

/** Claims in stable order, with the attribute that Istio reads each from. */
export function claimConditions({
  claims = {},
}: TokenCondition): readonly { readonly key: string; readonly values: readonly string[] }[] {
  return Object.keys(claims)
    .toSorted()
    .map((claim) => ({
      key: `request.auth.claims${claimPath(claim)
        .map((part) => `[${part}]`)
        .join("")}`,
      values: claims[claim] ?? [],
    }));
}
