import { asksForToken, conditions, positiveDenials, rulesForEverybody } from "../../rules/authorization";
import type { Finding } from "../../rules/fault";
import { at, isAbsent, items, list, texts } from "../../rules/fields";
import type { Located } from "../finding";
import { clusterRule, objectRule, specRule, type LintRule } from "../rule";
import { labelsOf, SelectorIndex } from "../view/labels";
import type { Viewed } from "../view/object";
import type { ClusterView, MeshView } from "../view/view";

/** Rules over who may call whom. */
export const authorizationRules: readonly LintRule[] = [
  objectRule({
    code: "GM501",
    title: "A security policy selects some workload",
    why: "One that selects nothing is enforced nowhere, though it looks as if it were.",
    fix: "Correct the labels of the selector, or take the policy out.",
    severity: "warning",
    also: ["IST0127", "KIA0004"],
    kinds: ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
    find: selectsNothing,
  }),
  specRule({
    code: "GM502",
    title: "An AuthorizationPolicy does not let everybody in",
    why: "An ALLOW rule without a condition matches every request, and so takes the effect of all others away.",
    fix: "Give the rule from, to or when; to allow nothing leave rules out altogether.",
    severity: "error",
    kinds: ["AuthorizationPolicy"],
    find: rulesForEverybody,
  }),
  objectRule({
    code: "GM503",
    title: "Callers that an AuthorizationPolicy names exist",
    why: "No certificate bears a name in another form, or of an account that no workload has: the rule never applies.",
    fix: "Correct the name: trust-domain/ns/namespace/sa/account, with the account that the caller's pods use.",
    severity: "warning",
    also: ["KIA0106"],
    kinds: ["AuthorizationPolicy"],
    find: unknownCallers,
  }),
  clusterRule({
    code: "GM504",
    title: "Where a policy or a route asks for a token, a RequestAuthentication reads it",
    why: "Without one no request ever has a token: ALLOW rules let nobody in, DENY rules catch everybody or nobody.",
    fix: "Add a RequestAuthentication for the same workloads; in the catalog say jwt on the service.",
    severity: "error",
    also: ["IST0149"],
    find: unreadTokens,
  }),
  specRule({
    code: "GM505",
    title: "A DENY rule says what passes, not only what is refused",
    why: "What is spelled otherwise, as //admin, or comes without an identity, may pass a list of what is refused.",
    fix: "Add a negative condition as notPaths or notPrincipals, or use an ALLOW policy with what is let in.",
    severity: "warning",
    kinds: ["AuthorizationPolicy"],
    find: positiveDenials,
  }),
];

function selectsNothing(
  { spec, namespace }: Viewed,
  { workloads, rootNamespace }: MeshView,
): readonly Finding[] {
  const selector = labelsOf(at(spec, "selector", "matchLabels"));
  if (Object.keys(selector).length === 0) return [];
  const isRoot = namespace === rootNamespace;
  if (!isRoot && !workloads.knows(namespace)) return [];
  if (workloads.canMatch(isRoot ? undefined : namespace, selector)) return [];
  // Workloads of the root namespace itself, as a gateway there, are nobody's that we know.
  if (isRoot && !workloads.knows(namespace)) return [];
  return [
    {
      setting: "spec.selector.matchLabels",
      value: selector,
      allowed: `labels that workloads in ${isRoot ? "the mesh" : namespace} have`,
    },
  ];
}

/** A name as certificates bear it; Istio puts `spiffe://` in front itself, and takes one star at one end for a pattern. */
const PRINCIPAL = /^([^/]+)\/ns\/([^/*]+)\/sa\/([^/*]+)$/;

/** Whether no certificate can bear a name: one without a pattern says all its parts. */
function isMalformed(principal: string): boolean {
  if (principal.startsWith("spiffe:") || /.\*.|^\*.+\*$/.test(principal)) return true;
  return !principal.includes("*") && !PRINCIPAL.test(principal);
}

/** Principals of other trust domains, and of namespaces of which nothing is known, are nobody's to judge here. */
function unknownCallers({ spec }: Viewed, { workloads, trustDomain }: MeshView): readonly Finding[] {
  return conditions(spec).flatMap(({ setting, value }) =>
    ["principals", "notPrincipals"].flatMap((key) =>
      texts(value[key]).flatMap((principal) => {
        if (isMalformed(principal)) {
          const allowed = "trust-domain/ns/namespace/sa/account, with at most one * at its beginning or end";
          return [{ setting: `${setting}.${key}`, value: principal, allowed }];
        }
        const [, domain, namespace = "", account = ""] = PRINCIPAL.exec(principal) ?? [];
        if (domain !== trustDomain && domain !== "*") return [];
        if (!workloads.knows(namespace) || workloads.hasAccount(namespace, account)) return [];
        return [
          {
            setting: `${setting}.${key}`,
            value: principal,
            allowed: `a service account that workloads in ${namespace} have`,
          },
        ];
      }),
    ),
  );
}

/** Headers of a route's match by which a gateway asks for a claim. */
const CLAIM = "@request.auth.claims";

function unreadTokens(cluster: ClusterView, { rootNamespace }: MeshView): readonly Located<Viewed>[] {
  const authentications = cluster
    .ofKind("RequestAuthentication")
    .filter(({ spec }) => list(at(spec, "jwtRules")).length > 0);
  const namespaces = new Set(authentications.map(({ namespace }) => namespace));
  const readers = new SelectorIndex<Viewed>();
  for (const one of authentications) {
    readers.add(one.namespace, labelsOf(at(one.spec, "selector", "matchLabels")), one);
  }
  const isRead = (policy: Viewed): boolean => {
    const labels = labelsOf(at(policy.spec, "selector", "matchLabels"));
    const isWide = Object.keys(labels).length === 0;
    // What selects by other means than labels, and what holds for many, is read if anything is.
    if (!isAbsent(at(policy.spec, "targetRefs")) || policy.namespace === rootNamespace) {
      return authentications.length > 0;
    }
    if (isWide && namespaces.has(policy.namespace)) return true;
    return [policy.namespace, rootNamespace].some(
      (namespace) => readers.ofAll(namespace).length > 0 || readers.selecting(namespace, labels).length > 0,
    );
  };
  const policies = cluster
    .ofKind("AuthorizationPolicy")
    .filter((policy) => asksForToken(policy.spec) && !isRead(policy))
    .map((policy) => ({
      at: policy,
      setting: "spec.rules",
      value: "conditions on a token",
      allowed: `them beside a RequestAuthentication in ${policy.namespace} for the same workloads`,
    }));
  const routes = cluster
    .ofKind("VirtualService")
    .filter((service) => authentications.length === 0 && asksForClaim(service.spec))
    .map((service) => ({
      at: service,
      setting: "spec.http.match.headers",
      value: CLAIM,
      allowed: "it beside a RequestAuthentication for the gateway",
    }));
  return [...policies, ...routes];
}

function asksForClaim(spec: unknown): boolean {
  return items("", at(spec, "http")).some(({ value }) =>
    items("", value["match"]).some((match) =>
      ["headers", "withoutHeaders"].some((key) =>
        Object.keys(match.value[key] ?? {}).some((name) => name.startsWith(CLAIM)),
      ),
    ),
  );
}
