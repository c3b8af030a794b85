import type { JwtIssuer, Service } from "../intent";
import type { JwtRule, RequestAuthentication } from "../model";
import { metadata, SECURITY_V1 } from "../model";

/** Whose tokens a service believes; none where it looks at no tokens. */
export function requestAuthentication({ name, namespace, jwt }: Service): RequestAuthentication | undefined {
  if (jwt === undefined) return undefined;
  return {
    apiVersion: SECURITY_V1,
    kind: "RequestAuthentication",
    metadata: metadata(name, namespace, name),
    spec: { selector: { matchLabels: { app: name } }, jwtRules: jwt.map(jwtRule) },
  };
}

function jwtRule(issuer: JwtIssuer): JwtRule {
  const { audiences, jwksUri, jwks, fromHeader, forwardOriginalToken, claimHeaders = {} } = issuer;
  const headers = Object.keys(claimHeaders).toSorted();
  return {
    issuer: issuer.issuer,
    ...(audiences === undefined ? {} : { audiences }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(fromHeader === undefined ? {} : { fromHeaders: [fromHeader] }),
    ...(forwardOriginalToken === undefined ? {} : { forwardOriginalToken }),
    ...(headers.length === 0
      ? {}
      : { outputClaimToHeaders: headers.map((header) => ({ header, claim: claimHeaders[header] ?? "" })) }),
  };
}
