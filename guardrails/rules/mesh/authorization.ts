import {
  broadPrincipals,
  deniedPaths,
  negativeConditions,
  rulesForEverybody,
  unmatchedOperations,
} from "../../../istio/rules/authorization";
import { competingInjection, plaintextKeys } from "../../../istio/rules/identity";
import { at } from "../../../istio/rules/fields";
import {
  optionalTokens,
  policiesWithoutProxies,
  workloadsWithoutPolicy,
} from "../../../istio/rules/objectSet";
import type { Rule } from "../../rule";
import { objectRule, setRule, specRule } from "./define";
import { analyzer, istio, kiali, practice } from "./sources";

const POLICIES = practice("Safer Authorization Policy Patterns", "safer-authorization-policy-patterns");
const PATTERNS = practice(
  "Use ALLOW-with-positive-matching and DENY-with-negative-match patterns",
  "use-allow-with-positive-matching-and-deny-with-negative-match-patterns",
);
const REFERENCE = istio("AuthorizationPolicy", "reference/config/security/authorization-policy/");

/** Rules over who may call whom. */
export const authorizationRules: readonly Rule[] = [
  specRule({
    id: "istio-authorization-everybody",
    title: "An AuthorizationPolicy does not let everybody in",
    why: "An ALLOW rule without a condition matches every request, and so takes the effect of all others away.",
    fix: "Give the rule from, to or when; to allow nothing leave rules out altogether.",
    level: "mandatory",
    sources: [POLICIES, REFERENCE],
    kinds: ["AuthorizationPolicy"],
    find: rulesForEverybody,
  }),
  specRule({
    id: "istio-authorization-positive",
    title: "An ALLOW policy says what is let in, not only what is not",
    why: "A request that is spelled in a way that nobody thought of is then let in instead of turned away.",
    fix: "Say paths, methods, principals or whatever it is about positively, or make it a DENY policy.",
    level: "mandatory",
    sources: [PATTERNS],
    kinds: ["AuthorizationPolicy"],
    find: negativeConditions,
  }),
  specRule({
    id: "istio-authorization-denied-paths",
    title: "A DENY policy says which paths are let through, not which are not",
    why: "A path spelled otherwise, as //admin or /%61dmin, may reach the workload as /admin past the policy.",
    fix: "Use notPaths in the DENY policy, or an ALLOW policy with the paths that are let in.",
    level: "advisory",
    sources: [
      PATTERNS,
      practice("Understand path normalization", "understand-path-normalization-in-authorization-policy"),
    ],
    kinds: ["AuthorizationPolicy"],
    find: deniedPaths,
  }),
  specRule({
    id: "istio-authorization-principals",
    title: "A pattern of callers names a namespace",
    why: "A pattern without one lets workloads of every team in, of every linked cluster too.",
    fix: "Write the principal as trust-domain/ns/namespace/sa/account, or name namespaces beside it.",
    level: "advisory",
    sources: [POLICIES, REFERENCE],
    kinds: ["AuthorizationPolicy"],
    find: broadPrincipals,
  }),
  specRule({
    id: "istio-authorization-patterns",
    title: "Paths and methods of a policy can match a request",
    why: "A * in the middle of a path and a method in lower case are compared as they stand, and match nothing.",
    fix: "Put the * at the beginning or the end, or use {*}; write methods in upper case.",
    level: "mandatory",
    sources: [REFERENCE],
    kinds: ["AuthorizationPolicy"],
    find: unmatchedOperations,
  }),
  setRule({
    id: "istio-authorization-covered",
    title: "Every workload with a proxy is selected by an AuthorizationPolicy",
    why: "Of a workload without one every workload of every linked cluster may ask everything.",
    fix: "Say who may call it (in the catalog: access), or add a policy without rules to the namespace.",
    level: "advisory",
    sources: [
      practice("Use default-deny patterns", "use-default-deny-patterns"),
      kiali("KIA1301", "This workload is not covered by any authorization policy"),
    ],
    find: workloadsWithoutPolicy,
  }),
  setRule({
    id: "istio-token-required",
    title: "Where tokens are checked, a policy asks for one",
    why: "A RequestAuthentication turns bad tokens away; a request without any is let in.",
    fix: 'Add an AuthorizationPolicy that asks for requestPrincipals, or denies notRequestPrincipals ["*"].',
    level: "mandatory",
    sources: [
      istio("RequestAuthentication", "reference/config/security/request_authentication/"),
      istio("JWT token", "tasks/security/authorization/authz-jwt/"),
    ],
    find: optionalTokens,
  }),
  specRule({
    id: "istio-token-keys",
    title: "Keys for tokens are fetched over HTTPS",
    why: "Whoever sits on the way can hand istiod keys of his own, and sign tokens that the mesh believes.",
    fix: "Write jwksUri with https, or put the keys into jwks.",
    level: "mandatory",
    sources: [istio("JWTRule", "reference/config/security/jwt/")],
    kinds: ["RequestAuthentication"],
    find: plaintextKeys,
  }),
  objectRule({
    id: "istio-injection-labels",
    title: "A namespace asks one control plane for proxies",
    why: "With both labels istio-injection wins, so the revision that the other one names is never used.",
    fix: "Keep istio.io/rev and take istio-injection out, or the other way round.",
    level: "mandatory",
    sources: [analyzer("IST0123"), istio("canary upgrades", "setup/upgrade/canary/")],
    kinds: ["Namespace"],
    find: (namespace) => competingInjection(at(namespace, "metadata", "labels")),
  }),
  setRule({
    id: "istio-policy-enforced",
    title: "Policies stand in namespaces that have proxies",
    why: "Without a proxy nothing enforces them, though they look as if something did.",
    fix: "Label the namespace for injection, or move the policy to where the workloads are.",
    level: "advisory",
    sources: [analyzer("IST0102")],
    find: policiesWithoutProxies,
  }),
];
