import { RELEASE } from "../../../../../guardrails/rules/mesh/kinds";
import type { Subject } from "../../../../../guardrails/rule";
import { sample } from "../../support/change";
import {
  destinationRule,
  policy,
  gateway,
  linkerdInit,
  routes,
  service,
  role,
  pod,
  meshNamespace,
  strict,
  CONTEXT,
  BACKEND,
  local,
  authentication,
  from,
} from "./builders";
import { CONTAINER, NETWORKING, object, resource } from "./objects";

/** Resources that no rule may say anything of. */
export const sound: Readonly<Record<string, readonly Subject[]>> = {
  "plaintext to a host outside the mesh": [
    destinationRule({ host: "legacy.example.com", trafficPolicy: { tls: { mode: "DISABLE" } } }),
  ],
  "TLS to the API server, which has no proxy": [
    destinationRule({
      host: "kubernetes.default.svc.cluster.local",
      trafficPolicy: { tls: { mode: "DISABLE" } },
    }),
  ],
  "plaintext to every host of a domain outside the mesh": [
    destinationRule({ host: "*.example.com", trafficPolicy: { tls: { mode: "DISABLE" } } }),
  ],
  "connections that name no host": [
    gateway({ port: { protocol: "TCP" }, hosts: ["*"] }),
    gateway({ port: { protocol: "Mongo" }, hosts: ["*"] }),
  ],
  "every host for the routes of one namespace": [
    gateway({ port: { protocol: "HTTPS" }, hosts: ["./*", "team-a/*"] }),
  ],
  "a route after what another VirtualService leaves over": [
    routes(
      { delegate: { name: "team" } },
      { match: [{ uri: { prefix: "/a" } }], delegate: { name: "other" } },
      { match: [{ uri: { prefix: "/a" } }], route: [BACKEND] },
    ),
  ],
  "an istiod with more of the Gateway API": [
    pod({ containers: [{ ...CONTAINER, env: [{ name: "PILOT_ENABLE_ALPHA_GATEWAY_API", value: "true" }] }] }),
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
  "a caller of one namespace, from any trust domain": [policy(from({ principals: ["*/ns/apps/sa/web"] }))],
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
  "a port on which no protocol has to be told apart": [
    meshNamespace,
    strict,
    service({ ports: [{ name: "discovery", port: 9000, protocol: "UDP" }] }),
    service({ ports: [{ name: "database", port: 3306 }] }),
  ],
  "a Pod that a policy selects by its labels": [
    meshNamespace,
    strict,
    policy({ selector: { matchLabels: { app: "alone" } } }),
    resource({
      ...object("v1", "Pod", { spec: { containers: [CONTAINER] } }),
      metadata: { name: "alone", namespace: "apps", labels: { app: "alone" } },
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
  "the init container that Linkerd puts into pods": [pod(linkerdInit("cr.l5d.io/linkerd/proxy:edge-26.8.3"))],
};
