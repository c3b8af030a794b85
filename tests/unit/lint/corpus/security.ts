import { cartRule, policy, type SeededFault } from "./fault";

const mode = (name: string, namespace: string, spec: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;

const CART = "selector: { matchLabels: { app: cart } }";

/** Faults in mutual TLS, policies, suppressions, and between regions. */
export const securityFaults: readonly SeededFault[] = [
  {
    code: "GM401",
    name: "a DestinationRule that turns mutual TLS off under STRICT",
    yaml: cartRule("{ tls: { mode: DISABLE } }"),
  },
  {
    code: "GM401",
    name: "one for all hosts of a namespace that is STRICT by itself",
    yaml:
      mode("default", "istio-system", "{ mtls: { mode: PERMISSIVE } }") +
      "---" +
      mode("default", "shops", "{ mtls: { mode: STRICT } }") +
      `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shops }
spec: { host: "*.shops.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }
`,
  },
  {
    code: "GM402",
    name: "ISTIO_MUTUAL towards workloads that speak no TLS",
    yaml: mode("cart", "shops", `{ ${CART}, mtls: { mode: DISABLE } }`),
  },
  {
    code: "GM402",
    name: "ISTIO_MUTUAL towards a host outside the mesh",
    yaml: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: shops }
spec: { host: api.bank.example.com, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`,
  },
  {
    code: "GM501",
    name: "an AuthorizationPolicy for labels that no workload has",
    yaml: policy(
      "{ selector: { matchLabels: { app: kart } }, rules: [{ from: [{ source: { namespaces: [shops] } }] }] }",
    ),
  },
  {
    code: "GM501",
    name: "a PeerAuthentication for a version that no workload has",
    yaml: mode(
      "cart-v9",
      "shops",
      "{ selector: { matchLabels: { app: cart, version: v9 } }, mtls: { mode: PERMISSIVE } }",
    ),
  },
  { code: "GM502", name: "an ALLOW rule without a condition", yaml: policy(`{ ${CART}, rules: [{}] }`) },
  {
    code: "GM503",
    name: "a caller whose service account nobody has",
    yaml: policy(
      `{ ${CART}, rules: [{ from: [{ source: { principals: [cluster.local/ns/shops/sa/carts] } }] }] }`,
    ),
  },
  ...[
    "spiffe://cluster.local/ns/shops/sa/cart",
    "shops/cart",
    "cluster.local/ns/*/sa/cart",
    "*/ns/shops/sa/*",
  ].map((caller) => ({
    code: "GM503",
    name: `a caller that is written ${caller}`,
    yaml: policy(`{ ${CART}, rules: [{ from: [{ source: { principals: ["${caller}"] } }] }] }`),
  })),
  {
    code: "GM504",
    name: "a rule on tokens that nothing reads",
    yaml: policy(`{ ${CART}, rules: [{ from: [{ source: { requestPrincipals: ["*"] } }] }] }`),
  },
  {
    code: "GM504",
    name: "a condition on a claim that nothing reads",
    yaml: policy(`{ ${CART}, rules: [{ when: [{ key: "request.auth.claims[sub]", values: [a] }] }] }`),
  },
  {
    code: "GM505",
    name: "a DENY rule with nothing but the paths that are refused",
    yaml: policy(`{ ${CART}, action: DENY, rules: [{ to: [{ operation: { paths: [/admin] } }] }] }`),
  },
  {
    code: "GM901",
    name: "a policy that says something else in westeurope",
    yaml: "",
    elsewhere: `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny-admin, namespace: shops }
spec:
  selector: { matchLabels: { app: cart } }
  action: DENY
  rules: [{ to: [{ operation: { paths: [/private/*] } }], from: [{ source: { notNamespaces: [operators] } }] }]
`,
  },
  {
    code: "GM902",
    name: "a policy that westeurope has and eastus has not",
    yaml: "",
    elsewhere: policy(`{ ${CART}, rules: [{ from: [{ source: { namespaces: [shops] } }] }] }`),
  },
  {
    code: "GM001",
    name: "a suppression of what is not found",
    yaml: `
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shops, annotations: { global-mesh/lint-suppress: "GM603: a port of old" } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`,
  },
  {
    code: "GM002",
    name: "a suppression without a reason",
    yaml: `
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shops, annotations: { global-mesh/lint-suppress: "GM105" } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`,
  },
];
