import type { AuthorizationPolicySpec, AuthorizationRule, Source } from "../../../../../istio/model";

/** A request as the proxy in front of a workload sees it. */
export interface Request {
  /** SPIFFE name of the caller's certificate without its scheme; none when it came in plaintext. */
  readonly principal?: string;
  readonly method: string;
  readonly path: string;
  /** Claims of a token that was found valid; none when there was no token. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * What Istio makes of policies for a workload, after pilot/pkg/security/authz of Istio 1.31: any DENY that matches
 * refuses; then, where there is an ALLOW policy at all, one of them must match.
 */
export function lets(policies: readonly AuthorizationPolicySpec[], request: Request): boolean {
  const denies = policies.filter(({ action }) => action === "DENY");
  const allows = policies.filter(({ action = "ALLOW" }) => action === "ALLOW");
  if (denies.some((policy) => matches(policy, request))) return false;
  return allows.length === 0 || allows.some((policy) => matches(policy, request));
}

/** A policy matches by any of its rules, so one without rules never does. */
function matches({ rules = [] }: AuthorizationPolicySpec, request: Request): boolean {
  return rules.some((rule) => matchesRule(rule, request));
}

/** model.go: sources are OR-ed and operations are, each with all conditions of `when`. */
function matchesRule({ from, to, when = [] }: AuthorizationRule, request: Request): boolean {
  return (
    (from === undefined || from.some(({ source }) => matchesSource(source, request))) &&
    (to === undefined ||
      to.some(
        ({ operation: { methods, paths } }) =>
          positive(methods, (method) => text(method, request.method)) &&
          positive(paths, (path) => text(path, request.path)),
      )) &&
    when.every(({ key, values, notValues }) => {
      const matched = (value: string): boolean => claim(key, request).some((said) => text(value, said));
      return positive(values, matched) && negative(notValues, matched);
    })
  );
}

function matchesSource(source: Source, request: Request): boolean {
  const byPrincipal = (value: string): boolean =>
    request.principal !== undefined && text(value, request.principal);
  const byNamespace = (value: string): boolean =>
    new RegExp(`/ns/${value}/`).test(`/${request.principal ?? ""}`);
  const byToken = (value: string): boolean => requestPrincipal(value, request);
  return (
    positive(source.principals, byPrincipal) &&
    negative(source.notPrincipals, byPrincipal) &&
    positive(source.namespaces, byNamespace) &&
    negative(source.notNamespaces, byNamespace) &&
    positive(source.requestPrincipals, byToken) &&
    negative(source.notRequestPrincipals, byToken)
  );
}

/** Values are OR-ed; Istio drops a list that is empty or left out. */
function positive(values: readonly string[] | undefined, match: (value: string) => boolean): boolean {
  return values === undefined || values.length === 0 || values.some(match);
}

/** The whole match negated: it holds as well for whoever has nothing that could match. */
function negative(values: readonly string[] | undefined, match: (value: string) => boolean): boolean {
  return values === undefined || values.length === 0 || !values.some(match);
}

/** matcher/string.go: present, suffix, prefix or exact; a star anywhere else is a letter like any other. */
function text(pattern: string, value: string): boolean {
  if (pattern === "*") return value !== "";
  if (pattern.startsWith("*")) return value.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return value.startsWith(pattern.slice(0, -1));
  return value === pattern;
}

/** generator.go, requestPrincipalGenerator: the issuer ends at the last slash; both claims must be texts. */
function requestPrincipal(value: string, { claims = {} }: Request): boolean {
  const { iss, sub } = claims;
  if (typeof iss !== "string" || typeof sub !== "string") return false;
  if (value === "*") return iss !== "" && sub !== "";
  const slash = value.lastIndexOf("/");
  const issuer = slash < 0 ? value : value.slice(0, slash);
  const subject = slash < 0 ? "" : value.slice(slash + 1);
  if (value.startsWith("*")) return text(issuer, iss) && sub === subject;
  if (value.endsWith("*")) return iss === issuer && text(subject, sub);
  return iss === issuer && sub === subject;
}

/** What the payload says at a key: a text, or the texts of a list. Numbers and truth values match nothing. */
function claim(key: string, { claims }: Request): readonly string[] {
  const names = [...key.matchAll(/\[([^\]]*)\]/g)].map(([, name = ""]) => name);
  const said = names.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    claims,
  );
  return (Array.isArray(said) ? (said as unknown[]) : [said]).filter((one) => typeof one === "string");
}
