import type { AccessRule, Duration, Retries, Service, ServiceArgs } from "../../istio/intent";
import type { Fault } from "../../istio/rules/fault";
import { isLabel } from "../../istio/rules/names";
import { versionService } from "../names";
import { retryRoute, weightsOf } from "../policy/routes";
import { nothing, refused, type Verdict } from "./refusal";

/** Every setting of a service; the compiler asks for a verdict on each one that the catalog learns. */
const SERVICE = {
  name: "honoured",
  namespace: "honoured",
  port: "honoured",
  targetPort: "honoured",
  protocol: "honoured",
  serviceAccount: "honoured",
  labels: "honoured",
  // A proxy of Linkerd asks for what its pod calls, when it calls it: there is nothing to keep from it.
  calls: "honoured",
  pathParameters: "checked",
  versions: "checked",
  rollout: "checked",
  timeout: "checked",
  retries: "checked",
  access: "checked",
  globalHost: nothing(
    "its regions are not linked, so no name means the workloads of all of them",
    "Take it out: clients call the Kubernetes Service of their own cluster",
  ),
  locality: nothing("its regions are not linked, so all requests stay in their own"),
  regionHeader: nothing("its regions are not linked, so all requests stay in their own"),
  experiments: nothing("a split by header or cookie is not built for it"),
  routes: nothing("routes by path are not built for it"),
  mirror: nothing("its proxies copy no requests"),
  faults: nothing(
    "its proxies fail nothing on purpose",
    "Take them out; Linkerd's way is a version that answers with errors and gets a share of the requests",
  ),
  loadBalancing: nothing(
    "its proxies always choose the workload that answers fastest (peak EWMA)",
    "Take it out",
  ),
  connectionPool: nothing("its proxies have no limits towards a service"),
  outlier: nothing(
    "its circuit breaking is an annotation of the Kubernetes Service, which is not this program's",
    "Take it out and annotate the Service: balancer.linkerd.io/failure-accrual",
  ),
  localRateLimit: nothing(
    "it counts by the second, and is not built",
    "Take it out, or write an HTTPLocalRateLimitPolicy under raw",
  ),
  globalRateLimits: nothing("its proxies ask no rate limit service"),
  deny: nothing(
    "its policies only ever let in",
    "Take them out, and name under access who may call: nobody else is let in",
  ),
  jwt: nothing("its proxies do not look at tokens", "Take it out, and let the workload look at them"),
  mtls: nothing(
    "between two proxies there is always mutual TLS; who else is let in is said for a namespace or by access",
    "Say mtls on the namespace",
  ),
  portMtls: nothing(
    "who is let in without mutual TLS is said for a namespace or by access",
    "Say mtls on the namespace",
  ),
} as const satisfies Record<keyof ServiceArgs, Verdict>;

/** Every part of a rule of who may call. */
const ACCESS = {
  from: "honoured",
  namespaces: "honoured",
  methods: nothing(
    "access by method is not built for it",
    "Take it out: the rule lets callers in as a whole",
  ),
  paths: nothing("access by path is not built for it", "Take it out: the rule lets callers in as a whole"),
  token: nothing("its proxies do not look at tokens", "Name the callers with from or namespaces"),
} as const satisfies Record<keyof AccessRule, Verdict>;

/** What Linkerd repeats: answers by their status. */
const RETRY_CONDITIONS: readonly string[] = ["5xx", "gateway-error"];

/** What a service asks for that Linkerd cannot do. */
export function checkService(setting: string, service: Service): readonly Fault[] {
  const { access = [], retries, timeout, pathParameters } = service;
  return [
    ...refused(setting, service, SERVICE),
    ...access.flatMap((rule, index) => refused(`${setting}.access[${index}]`, rule, ACCESS)),
    ...(pathParameters === false ? [refusedParameters(setting)] : []),
    ...checkDuration(`${setting}.timeout`, timeout),
    ...checkDuration(`${setting}.retries.perTryTimeout`, retries?.perTryTimeout),
    ...(retries === undefined ? [] : checkRetries(`${setting}.retries`, retries, service)),
    ...checkNames(setting, service),
    ...checkSplit(setting, service),
  ];
}

/** Its proxies let parameters pass, so that only `true` is so. */
function refusedParameters(setting: string): Fault {
  return {
    setting: `${setting}.pathParameters`,
    value: false,
    allowed: "true with meshKind linkerd: no policy of its proxies looks at paths",
    fix: "Take it out, and let the workload refuse such paths",
  };
}

/** On a connection nobody sees a request: such a route would do nothing. */
function checkSplit(setting: string, service: Service): readonly Fault[] {
  if (["HTTP", "HTTP2", "GRPC"].includes(service.protocol)) return [];
  return (["versions", "rollout", "timeout", "retries"] as const)
    .filter((key) => service[key] !== undefined)
    .map((key) => ({
      setting: `${setting}.${key}`,
      value: service[key],
      allowed: "with protocol HTTP, HTTP2 or GRPC only",
      fix: "Correct the protocol, or take it out",
    }));
}

function checkRetries(
  setting: string,
  { attempts, on, methods = [] }: Retries,
  { protocol }: Service,
): readonly Fault[] {
  if (attempts === 0) return [];
  const wrong = (on ?? ["the default"]).filter((condition) => !RETRY_CONDITIONS.includes(condition));
  return [
    ...(wrong.length === 0
      ? []
      : [
          {
            setting: `${setting}.on`,
            value: on,
            allowed: `${RETRY_CONDITIONS.join(" and ")} with meshKind linkerd, which repeats by the answer's status only`,
            fix: 'Write on: ["gateway-error"], or take the retries out',
          },
        ]),
    ...(methods !== "all" && methods.length > 8
      ? [
          {
            setting: `${setting}.methods`,
            value: methods,
            allowed: "up to 8 methods in one route",
            fix: 'Take some out, or write "all"',
          },
        ]
      : []),
    ...(protocol === "GRPC"
      ? [
          {
            setting,
            value: { attempts },
            allowed: "with protocol HTTP or HTTP2 only: a failed gRPC call has status 200",
            fix: "Take the retries out",
          },
        ]
      : []),
  ];
}

/** The policy controller takes whole numbers, and drops the whole route at any other. */
function checkDuration(setting: string, duration: Duration | undefined): readonly Fault[] {
  if (duration === undefined || /^\d+(ms|s|m|h)$/.test(duration)) return [];
  return [
    {
      setting,
      value: duration,
      allowed: "a whole number of ms, s, m or h with meshKind linkerd",
      fix: "Write it in a smaller unit, like 1500ms",
    },
  ];
}

/** A version is a Kubernetes Service of its own here, and a route is named after the service. */
function checkNames(setting: string, service: Service): readonly Fault[] {
  const versions = Object.keys(weightsOf(service, {}) ?? {}).map((version) => ({
    place: service.rollout === undefined ? "versions" : "rollout",
    name: versionService(service.name, version),
  }));
  const all = [...versions, { place: "name", name: retryRoute(service.name) }];
  return all
    .filter(({ name }) => !isLabel(name))
    .map(({ place, name }) => ({
      setting: `${setting}.${place}`,
      value: name,
      allowed: "up to 63 lower-case letters, digits and - together with the service's name",
      fix: "Shorten one of the two",
    }));
}
