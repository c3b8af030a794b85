import { RELEASE } from "../../../../../guardrails/rules/mesh/kinds";
import type { Subject } from "../../../../../guardrails/rule";
import { sample } from "../../support/change";
import {
  destinationRule,
  policy,
  gateway,
  linkerdInit,
  routes,
  role,
  pod,
  meshNamespace,
  strict,
  CONTEXT,
  BACKEND,
  local,
  token,
  from,
} from "./builders";
import { CONTAINER, DEPLOYMENT, SECURITY, object, resource } from "./objects";

/** Resources with one fault, and the one rule that has to report it. */
export const unsound: Readonly<Record<string, readonly [string, ...Subject[]]>> = {
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
  ...Object.fromEntries(
    ["*", "*.local", "*.cluster.local", "*.internal"].map((host): [string, [string, Subject]] => [
      `plaintext to all that ${host} stands for, hosts of the mesh too`,
      ["istio-mtls-client", destinationRule({ host, trafficPolicy: { tls: { mode: "DISABLE" } } })],
    ]),
  ),
  "a rule of another VirtualService after one that takes all": [
    "istio-route-reachable",
    routes({ route: [BACKEND] }, { delegate: { name: "late" } }),
  ],
  "every host behind TLS that names one": [
    "istio-gateway-hosts",
    gateway({ port: { protocol: "TLS" }, hosts: ["*"] }),
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
  "another image under the name of Linkerd's init container": [
    "kubernetes-capabilities",
    pod(linkerdInit("registry.example.com/team/proxy:1.2.3")),
  ],
};
