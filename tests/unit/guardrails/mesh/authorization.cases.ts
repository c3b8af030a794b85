import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Subject } from "../../../../guardrails/rule";
import type { Cases, RuleCase } from "../support/cases";
import { SECURITY, object, resource } from "./support/objects";

const AUTHORIZATION_POLICY = token(SECURITY, "AuthorizationPolicy");
const NAMESPACE = token("v1", "Namespace");
const POLICY = "production/AuthorizationPolicy/ai-agent-policy";
const OPERATION = "spec.rules[0].to[0].operation";

/** A case on the policy of the default stack; the rule takes no setting but the names to leave out. */
function onPolicy(one: Pick<RuleCase, "mutate" | "says" | "absent">): RuleCase {
  return {
    on: AUTHORIZATION_POLICY,
    name: POLICY,
    ...one,
    configured: { settings: { except: [POLICY] }, change: one.mutate },
  };
}

const withoutPolicy = (subjects: readonly Subject[]) => subjects.filter(({ name }) => name !== POLICY);

const AUTHENTICATION = object(
  SECURITY,
  "RequestAuthentication",
  {
    spec: {
      selector: { matchLabels: { app: "portal" } },
      jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }],
    },
  },
  "tokens",
);
const ASKING = object(
  SECURITY,
  "AuthorizationPolicy",
  {
    spec: {
      selector: { matchLabels: { app: "portal" } },
      rules: [{ from: [{ source: { requestPrincipals: ["https://id.example.com/*"] } }] }],
    },
  },
  "tokens",
);

const namespaceOf = ({ props }: Subject): unknown =>
  (props["metadata"] as { namespace?: unknown } | undefined)?.namespace;

/** The authentication beside a policy that looks at identities of workloads only. */
const notAsking = (subjects: readonly Subject[]): readonly Subject[] => [
  ...subjects.map((one) =>
    one.type === AUTHORIZATION_POLICY && namespaceOf(one) === "tokens"
      ? {
          ...one,
          props: { ...one.props, spec: { rules: [{ to: [{ operation: { methods: ["GET"] } }] }] } },
        }
      : one,
  ),
  resource(AUTHENTICATION, "authentication"),
];

export const authorizationCases: Cases = {
  "istio-authorization-everybody": onPolicy({
    mutate: { "spec.rules[0]": {} },
    says: /^spec\.rules\[0\]: got \{\}; allowed is a rule with from, to or when/,
    // A policy without rules lets nobody in.
    absent: { change: { "spec.rules": undefined } },
  }),
  "istio-authorization-positive": onPolicy({
    mutate: { [OPERATION]: { methods: ["GET"], notPaths: ["/admin/*"] } },
    says: /^spec\.rules\[0\]\.to\[0\]\.operation\.notPaths: got \["\/admin\/\*"\]; allowed is paths beside it/,
    absent: { change: { "spec.rules[0].to": undefined } },
  }),
  "istio-authorization-denied-paths": {
    on: AUTHORIZATION_POLICY,
    good: object(SECURITY, "AuthorizationPolicy", {
      spec: { action: "DENY", rules: [{ to: [{ operation: { notPaths: ["/api/*"] } }] }] },
    }),
    mutate: { [OPERATION]: { paths: ["/admin"] } },
    says: /operation\.paths: got \["\/admin"\]; allowed is notPaths/,
    absent: { change: { "spec.rules": undefined } },
    configured: { settings: { except: ["sample"] }, change: { [OPERATION]: { paths: ["/admin"] } } },
  },
  "istio-authorization-principals": onPolicy({
    mutate: { "spec.rules[0].from[0].source.principals": ["cluster.local/*"] },
    says: /source\.principals: got "cluster\.local\/\*"/,
    absent: { change: { "spec.rules[0].from": undefined } },
  }),
  "istio-authorization-patterns": onPolicy({
    mutate: { [`${OPERATION}.paths`]: ["/api/*/items"], [`${OPERATION}.methods`]: ["get"] },
    says: /operation\.(paths: got "\/api\/\*\/items"|methods: got "get"; allowed is a method in upper case)/,
    absent: { change: { [OPERATION]: undefined } },
  }),
  "istio-authorization-covered": {
    on: token("networking.istio.io/v1", "ServiceEntry"),
    name: "production/ServiceEntry/ai-agent",
    mutate: withoutPolicy,
    says: /^ServiceEntry production\/ai-agent: AuthorizationPolicy: got nothing/,
    absent: { change: withoutPolicy, says: /^ServiceEntry production\/ai-agent/ },
    configured: { settings: { except: ["production/ServiceEntry/ai-agent"] }, change: withoutPolicy },
  },
  "istio-token-required": {
    on: AUTHORIZATION_POLICY,
    good: ASKING,
    mutate: notAsking,
    says: /^RequestAuthentication tokens\/sample: AuthorizationPolicy: got nothing/,
    absent: {
      change: (subjects) => [
        ...subjects.filter((one) => namespaceOf(one) !== "tokens"),
        resource(AUTHENTICATION, "authentication"),
      ],
      says: /^RequestAuthentication tokens\/sample/,
    },
    configured: { settings: { except: ["authentication"] }, change: notAsking },
  },
  "istio-token-keys": {
    on: token(SECURITY, "RequestAuthentication"),
    good: AUTHENTICATION,
    mutate: { "spec.jwtRules[0].jwksUri": "http://id.example.com/keys" },
    says: /^spec\.jwtRules\[0\]\.jwksUri: got "http:/,
    // istiod then asks the issuer, which is an https address by its definition.
    absent: { change: { "spec.jwtRules[0].jwksUri": undefined } },
    configured: {
      settings: { except: ["sample"] },
      change: { "spec.jwtRules[0].jwksUri": "http://id.example.com/keys" },
    },
  },
  "istio-injection-labels": {
    on: NAMESPACE,
    name: "namespace-production",
    mutate: { "metadata.labels": { "istio-injection": "enabled", "istio.io/rev": "canary" } },
    says: /^metadata\.labels: got .*; allowed is one of the two/,
    absent: { change: { "metadata.labels": undefined } },
    configured: {
      settings: { except: ["namespace-production"] },
      change: { "metadata.labels": { "istio-injection": "enabled", "istio.io/rev": "canary" } },
    },
  },
  "istio-policy-enforced": {
    on: NAMESPACE,
    name: "namespace-production",
    mutate: { "metadata.labels": { "istio-injection": "disabled" } },
    says: /^(PeerAuthentication|AuthorizationPolicy|Sidecar) production\/[-\w]+: metadata\.namespace: got "production"/,
    absent: { change: { "metadata.labels": undefined }, says: /got "production"/ },
    configured: {
      settings: { except: [POLICY, "production/PeerAuthentication/default", "production/Sidecar/ai-agent"] },
      change: { "metadata.labels": {} },
    },
  },
};
