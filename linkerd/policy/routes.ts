import { IDEMPOTENT_METHODS, type Retries, type Service } from "../../istio/intent";
import { metadata } from "../../istio/model";
import { entryKey } from "../../istio/scope";
import type { RolloutPhases } from "../../topology";
import { GATEWAY_V1, type BackendReference, type HttpRoute, type RouteRule } from "../model";
import { versionService } from "../names";

/** What routes depend on besides the service. */
export interface RouteScope {
  readonly rollouts: RolloutPhases;
}

/**
 * The routes of a service's clients: the split over its versions, the timeout and the retries; none where there is
 * nothing to say. Linkerd reads timeouts and retries from the route's annotations, so what holds for some methods
 * only is a route of its own, which wins because it is the more specific one.
 */
export function httpRoutes(service: Service, scope: RouteScope): readonly HttpRoute[] {
  const { name, timeout, retries } = service;
  const weights = weightsOf(service, scope.rollouts);
  const repeats = retries !== undefined && retries.attempts > 0;
  if (weights === undefined && timeout === undefined && !repeats) return [];
  const backendRefs = backendsOf(service, weights);
  const limits = timeout === undefined ? {} : { "timeout.linkerd.io/request": timeout };
  const methods = retries?.methods ?? IDEMPOTENT_METHODS;
  const everyMethod = methods === "all";
  const main = route(
    service,
    name,
    { backendRefs },
    repeats && everyMethod ? { ...limits, ...retry(retries) } : limits,
  );
  if (!repeats || everyMethod) return [main];
  const rule = { matches: [...methods].toSorted().map((method) => ({ method })), backendRefs };
  return [main, route(service, retryRoute(name), rule, { ...limits, ...retry(retries) })];
}

/** Name of the route for the methods that may be repeated. */
export function retryRoute(service: string): string {
  return `${service}-retries`;
}

/** Percent of the requests by version; undefined where requests go to all workloads alike. */
export function weightsOf(
  service: Service,
  rollouts: RolloutPhases,
): Readonly<Record<string, number>> | undefined {
  const { versions, rollout } = service;
  if (rollout === undefined) return versions;
  const canary = rollouts[entryKey(service)] ?? 0;
  return { [rollout.stable]: 100 - canary, [rollout.canary]: canary };
}

function backendsOf(
  { name, port }: Service,
  weights: Readonly<Record<string, number>> | undefined,
): readonly BackendReference[] {
  if (weights === undefined) return [{ name, port }];
  return Object.keys(weights)
    .toSorted()
    .map((version) => ({ name: versionService(name, version), port, weight: weights[version] ?? 0 }));
}

function retry({ attempts, perTryTimeout, on }: Retries): Readonly<Record<string, string>> {
  return {
    "retry.linkerd.io/http": [...(on ?? [])].toSorted().join(","),
    "retry.linkerd.io/limit": String(attempts),
    ...(perTryTimeout === undefined ? {} : { "retry.linkerd.io/timeout": perTryTimeout }),
  };
}

function route(
  service: Service,
  name: string,
  rule: RouteRule,
  annotations: Readonly<Record<string, string>>,
): HttpRoute {
  return {
    apiVersion: GATEWAY_V1,
    kind: "HTTPRoute",
    metadata: {
      ...metadata(service.name, service.namespace, name),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      parentRefs: [{ group: "core", kind: "Service", name: service.name, port: service.port }],
      rules: [rule],
    },
  };
}
