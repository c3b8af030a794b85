import type { AccessRule, Application, DenyRule, Service, TokenCondition } from "../../../../istio/intent";

/** A request as the workload's owner would ask about it. */
export interface Question {
  /** Who its certificate says that it is; nobody in plaintext. */
  readonly caller?: { readonly namespace: string; readonly account: string };
  readonly method: string;
  readonly path: string;
  /** Claims of its token, which is sound. @default no token */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What comes of it: let in, refused by authorization, or its token by authentication. */
export type Verdict = 200 | 401 | 403;

/**
 * What the catalog promises of a request, after Istio's documents (Concepts, Security: "Implicit enablement" and
 * "Request authentication"; Reference, Authorization Policy): a token of an unknown issuer is refused; then any DENY
 * that matches refuses; then, where an ALLOW is about the workload at all, one must match. It reads the catalog's
 * words and none of what they are compiled to.
 */
export function verdict(
  { namespaces }: Pick<Application, "namespaces">,
  service: Service,
  question: Question,
): Verdict {
  const { jwt, access, deny = [] } = service;
  const { claims, ...bare } = question;
  if (jwt !== undefined && claims !== undefined && !jwt.some(({ issuer }) => issuer === claims["iss"]))
    return 401;
  // Whose workload reads no tokens takes them for any header.
  const asked = jwt === undefined ? bare : question;
  if (deny.some((rule) => refuses(rule, asked))) return 403;
  const closed = namespaces.find(({ name }) => name === service.namespace)?.defaultDeny === true;
  if (access === undefined) return closed ? 403 : 200;
  return access.some((rule) => letsIn(rule, asked)) ? 200 : 403;
}

function letsIn({ from, namespaces, methods, paths, token }: AccessRule, question: Question): boolean {
  const anybody = from === undefined && namespaces === undefined;
  return (
    (anybody || isOneOf(from, question) || isFrom(namespaces, question)) &&
    isAbout({ methods, paths }, question) &&
    (token === undefined || says(token, question))
  );
}

function refuses(rule: DenyRule, question: Question): boolean {
  const { exceptFrom, exceptNamespaces, exceptToken } = rule;
  const spared =
    isOneOf(exceptFrom, question) ||
    isFrom(exceptNamespaces, question) ||
    (exceptToken !== undefined && says(exceptToken, question));
  return isAbout(rule, question) && !spared;
}

function isOneOf(callers: readonly string[] | undefined, { caller }: Question): boolean {
  if (caller === undefined) return false;
  const { namespace, account } = caller;
  return (callers ?? []).some((name) => name === `${namespace}/${account}` || name === `${namespace}/*`);
}

function isFrom(namespaces: readonly string[] | undefined, { caller }: Question): boolean {
  return caller !== undefined && (namespaces ?? []).includes(caller.namespace);
}

function isAbout(
  rule: { readonly methods?: readonly string[] | undefined; readonly paths?: readonly string[] | undefined },
  { method, path }: Question,
): boolean {
  const bare = path.split("?")[0] ?? "";
  return (
    (rule.methods === undefined || rule.methods.includes(method)) &&
    (rule.paths === undefined || rule.paths.some((pattern) => fits(pattern, bare)))
  );
}

function says({ principals, claims }: TokenCondition, { claims: said }: Question): boolean {
  if (said === undefined) return false;
  const { iss, sub } = said;
  const named = typeof iss === "string" && typeof sub === "string" ? `${iss}/${sub}` : undefined;
  // Nothing asked is any token that names its subject.
  const asked = principals ?? (claims === undefined ? ["*"] : undefined);
  return (
    (asked === undefined || (named !== undefined && asked.some((pattern) => fits(pattern, named)))) &&
    Object.entries(claims ?? {}).every(([claim, values]) => {
      const own = [said[claim]].flat().filter((one) => typeof one === "string");
      return own.some((one) => values.some((pattern) => fits(pattern, one)));
    })
  );
}

/** "Exact, prefix, suffix and presence match" (Authorization Policy, string match). */
function fits(pattern: string, text: string): boolean {
  if (pattern === "*") return text !== "";
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
