import assert from "node:assert/strict";
import { meshRules } from "../../../../guardrails/rules/mesh";
import { RELEASE } from "../../../../guardrails/rules/mesh/kinds";
import type { Subject } from "../../../../guardrails/rule";
import { judge, sample } from "../support/change";
import "./helm.cases";
import { CONTAINER, DEPLOYMENT, NETWORKING, RBAC, SECURITY, object, resource } from "./support/objects";

type Fields = Readonly<Record<string, unknown>>;

/** The rules that say something of some resources. */
async function broken(...subjects: readonly Subject[]): Promise<readonly string[]> {
  const found = await Promise.all(
    meshRules.map(async (rule) => ((await judge(rule, subjects)).length > 0 ? [rule.id] : [])),
  );
  return found.flat();
}

const destinationRule = (spec: Fields) => resource(object(NETWORKING, "DestinationRule", { spec }));
const policy = (spec: Fields, namespace = "apps") =>
  resource(object(SECURITY, "AuthorizationPolicy", { spec }, namespace));
const gateway = (server: Fields, selector: Fields = { istio: "ingressgateway" }) =>
  resource(
    object(NETWORKING, "Gateway", { spec: { selector, servers: [{ hosts: ["a.example.com"], ...server }] } }),
  );
const routes = (...http: readonly Fields[]) =>
  resource(object(NETWORKING, "VirtualService", { spec: { hosts: ["a.example.com"], http } }));
const service = (spec: Fields, namespace = "apps") => resource(object("v1", "Service", { spec }, namespace));
const role = (rule: Fields) =>
  resource({ apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "r" }, rules: [rule] });
const pod = (spec: Fields) =>
  resource({ ...DEPLOYMENT, spec: { template: { metadata: { labels: { app: "app" } }, spec } } });
const meshNamespace = resource(
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "apps", labels: { "istio.io/rev": "canary" } } },
  "apps",
);
const strict = resource(
  object(SECURITY, "PeerAuthentication", { spec: { mtls: { mode: "STRICT" } } }, "istio-system"),
  "mesh",
);
const CONTEXT = CONTAINER["securityContext"] as Fields;
const BACKEND = { destination: { host: "b.example.com" } };
const local = { enabled: true, failover: [{ from: "eastus", to: "westeurope" }] };
const token = { jwtRules: [{ issuer: "i", jwksUri: "https://i.example.com" }] };
const authentication = resource(object(SECURITY, "RequestAuthentication", { spec: token }));
const from = (source: Fields) => ({ rules: [{ from: [{ source }] }] });

const sound: Readonly<Record<string, readonly Subject[]>> = {
  "plaintext to a host outside the mesh": [
    destinationRule({ host: "legacy.example.com", trafficPolicy: { tls: { mode: "DISABLE" } } }),
  ],
  "TLS with the operating system's authorities": [
    destinationRule({ host: "api.example.com", trafficPolicy: { tls: { mode: "SIMPLE" } } }),
  ],
  "failover whose detection stands above the subset": [
    destinationRule({
      host: "a.example.com",
      trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } },
      subsets: [{ name: "v1", trafficPolicy: { loadBalancer: { localityLbSetting: local } } }],
    }),
  ],
  "a policy that lets nobody in": [policy({})],
  "callers of one namespace, from any trust domain": [policy(from({ principals: ["*/ns/apps/sa/*"] }))],
  "any identity of a named namespace": [policy(from({ principals: ["*"], namespaces: ["apps"] }))],
  "a path within what is allowed taken out": [
    policy({ rules: [{ to: [{ operation: { paths: ["/api/*"], notPaths: ["/api/internal/*"] } }] }] }),
  ],
  "a path template": [policy({ rules: [{ to: [{ operation: { paths: ["/users/{*}/orders/{**}"] } }] }] })],
  "requests on their way out through a gateway": [
    gateway({ port: { protocol: "HTTP" } }, { istio: "egressgateway" }),
  ],
  "TLS passed through untouched": [
    gateway({ port: { protocol: "TLS" }, tls: { mode: "PASSTHROUGH", minProtocolVersion: "TLSV1_0" } }),
  ],
  "a wider route after a narrower one": [
    routes({ match: [{ uri: { prefix: "/api" } }], route: [BACKEND] }, { route: [BACKEND] }),
  ],
  "a rule for all paths of some callers before one for all": [
    routes(
      { match: [{ uri: { prefix: "/" }, sourceLabels: { app: "x" } }], route: [BACKEND] },
      { route: [BACKEND] },
    ),
  ],
  "a repeated POST that no workload has seen": [
    routes({
      match: [{ method: { exact: "POST" } }],
      retries: { attempts: 2, retryOn: "connect-failure,refused-stream" },
      route: [BACKEND],
    }),
  ],
  "a port of a Service without proxies around it": [service({ ports: [{ name: "api", port: 80 }] })],
  "a gateway's own address and ports": [
    meshNamespace,
    strict,
    service({
      type: "LoadBalancer",
      selector: { istio: "ingressgateway" },
      ports: [{ name: "status-port", port: 15021 }],
    }),
  ],
  "an internal load balancer": [
    resource({
      ...object("v1", "Service", { spec: { type: "LoadBalancer", ports: [] } }),
      metadata: {
        name: "s",
        namespace: "apps",
        annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
      },
    }),
  ],
  "a container that istiod fills in": [pod({ containers: [{ name: "istio-proxy", image: "auto" }] })],
  "a Windows container": [
    pod({
      os: { name: "windows" },
      containers: [{ ...CONTAINER, securityContext: { windowsOptions: { runAsUserName: "ContainerUser" } } }],
    }),
  ],
  "a user that the pod names for all containers": [
    pod({
      securityContext: { runAsUser: 1000 },
      containers: [{ ...CONTAINER, securityContext: { ...CONTEXT, runAsNonRoot: undefined } }],
    }),
  ],
  "resources of the whole pod": [
    pod({
      resources: { requests: { cpu: "1", memory: "1Gi" } },
      containers: [{ ...CONTAINER, resources: undefined }],
    }),
  ],
  "an image by digest alone": [pod({ containers: [{ ...CONTAINER, image: "app@sha256:00" }] })],
  "reading every kind of one's own API group": [
    role({ apiGroups: ["example.com"], resources: ["*"], verbs: ["get", "list", "watch"] }),
  ],
  "every verb on a status": [
    role({ apiGroups: ["example.com"], resources: ["things/status"], verbs: ["*"] }),
  ],
  "one Secret by name": [
    role({ apiGroups: [""], resources: ["secrets"], resourceNames: ["one"], verbs: ["get"] }),
  ],
  "a gateway's pods open to all": [
    resource(
      object("networking.k8s.io/v1", "NetworkPolicy", {
        spec: { podSelector: { matchLabels: { istio: "ingressgateway" } }, ingress: [{}] },
      }),
    ),
  ],
  "a chart of a folder, which holds one version": [
    sample(RELEASE, { chart: "/charts/app", name: "app", namespace: "apps", atomic: true, values: {} }),
  ],
  "a namespace under the policy of the mesh": [meshNamespace, strict],
  "tokens that a DENY policy asks for": [
    authentication,
    policy({ action: "DENY", ...from({ notRequestPrincipals: ["*"] }) }),
  ],
  "tokens that the whole mesh asks for": [
    authentication,
    policy({ rules: [{ when: [{ key: "request.auth.claims[groups]", values: ["a"] }] }] }, "istio-system"),
  ],
  "a subset of a Service named short here and in full there": [
    resource(
      object(NETWORKING, "VirtualService", {
        spec: {
          hosts: ["b.apps.svc.cluster.local"],
          http: [{ route: [{ destination: { host: "b.apps.svc.cluster.local", subset: "v1" } }] }],
        },
      }),
    ),
    destinationRule({ host: "b.apps.svc.cluster.local", subsets: [{ name: "v1" }] }),
  ],
  "a subset whose rule another stack holds": [
    routes({ route: [{ destination: { host: "b.example.com", subset: "v1" } }] }),
  ],
};

const unsound: Readonly<Record<string, readonly [string, ...Subject[]]>> = {
  "plaintext on one port of one subset": [
    "istio-mtls-client",
    destinationRule({
      host: "b.apps.svc.cluster.local",
      subsets: [
        {
          name: "v1",
          trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }] },
        },
      ],
    }),
  ],
  "failover on a port, which takes over nothing": [
    "istio-locality-detection",
    destinationRule({
      host: "a.example.com",
      trafficPolicy: {
        outlierDetection: {},
        portLevelSettings: [{ port: { number: 80 }, loadBalancer: { localityLbSetting: local } }],
      },
    }),
  ],
  "an ALLOW policy that names no action": [
    "istio-authorization-positive",
    policy(from({ notNamespaces: ["other"] })),
  ],
  "every host of every namespace": ["istio-gateway-hosts", gateway({ hosts: ["*/*"] })],
  "the same match twice, in another order and under another name": [
    "istio-route-reachable",
    routes(
      { match: [{ name: "a", uri: { prefix: "/a" }, method: { exact: "GET" } }], route: [BACKEND] },
      { match: [{ name: "b", method: { exact: "GET" }, uri: { prefix: "/a" } }], route: [BACKEND] },
    ),
  ],
  "a short host of a mirror": [
    "istio-route-hosts",
    routes({ route: [BACKEND], mirrors: [{ destination: { host: "shadow" } }] }),
  ],
  "weights of which one is missing": [
    "istio-route-weights",
    routes({ route: [{ ...BACKEND, weight: 50 }, { destination: { host: "c.example.com" } }] }),
  ],
  "a privileged container that only prepares": [
    "kubernetes-privileged",
    pod({
      containers: [CONTAINER],
      initContainers: [{ ...CONTAINER, securityContext: { ...CONTEXT, privileged: true } }],
    }),
  ],
  "a host's network in a CronJob": [
    "kubernetes-host-namespaces",
    resource(
      object("batch/v1", "CronJob", {
        spec: {
          jobTemplate: { spec: { template: { spec: { hostNetwork: true, containers: [CONTAINER] } } } },
        },
      }),
    ),
  ],
  "root in the pod's context": [
    "kubernetes-non-root",
    pod({
      securityContext: { runAsUser: 0 },
      containers: [{ ...CONTAINER, securityContext: { ...CONTEXT, runAsNonRoot: undefined } }],
    }),
  ],
  "an image of a registry with a port and no tag": [
    "kubernetes-image-pinned",
    pod({ containers: [{ ...CONTAINER, image: "localhost:5000/app" }] }),
  ],
  "reading every kind of the core group": [
    "kubernetes-wildcard-role",
    role({ apiGroups: [""], resources: ["*"], verbs: ["get"] }),
  ],
  "a whole Secret as environment": [
    "kubernetes-secret-environment",
    pod({ containers: [{ ...CONTAINER, envFrom: [{ secretRef: { name: "db" } }] }] }),
  ],
  "kubeconfigs that run programs": [
    "istio-control-plane-checks",
    pod({
      containers: [
        { ...CONTAINER, env: [{ name: "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS", value: "exec" }] },
      ],
    }),
  ],
  "a chart of a registry without a version": [
    "helm-version-pinned",
    sample(RELEASE, {
      chart: "oci://r.example.com/app",
      version: "1.x",
      name: "app",
      atomic: true,
      values: {},
    }),
  ],
  "a namespace under a policy for one workload only": [
    "istio-mtls-everywhere",
    meshNamespace,
    resource(
      object(SECURITY, "PeerAuthentication", {
        spec: { selector: { matchLabels: { app: "a" } }, mtls: { mode: "STRICT" } },
      }),
    ),
  ],
  "tokens that only another workload asks for": [
    "istio-token-required",
    resource(
      object(SECURITY, "RequestAuthentication", {
        spec: { ...token, selector: { matchLabels: { app: "a" } } },
      }),
    ),
    policy({ selector: { matchLabels: { app: "b" } }, ...from({ requestPrincipals: ["*"] }) }),
  ],
  "pods with a proxy that no policy selects": [
    "istio-authorization-covered",
    meshNamespace,
    strict,
    resource(DEPLOYMENT),
  ],
};

describe("guardrails: precision of the rules over the mesh", () => {
  for (const [what, subjects] of Object.entries(sound)) {
    it(`say nothing of ${what}`, async () => assert.deepEqual(await broken(...subjects), []));
  }
  for (const [what, [id, ...subjects]] of Object.entries(unsound)) {
    it(`report ${what}`, async () => assert.deepEqual(await broken(...subjects), [id]));
  }
});
