import type { Application, ExternalService, RouteTarget, Service } from "./intent";
import { serviceHost } from "./intent";
import { EGRESS } from "./egress/place";
import { serviceAddress } from "./limits/address";
import { declaredCalls, declaredCallers, externalCallers, keyOf, type Target } from "./callers";
import { sortedTexts } from "./sorted";

/** What decides who sees what, beside the entries. */
export interface ReachContext {
  readonly rootNamespace: string;
  readonly seesAll?: readonly string[];
  /** Namespaces whose services every proxy is told of. @default the root namespace alone */
  readonly seenByAll?: readonly string[];
}

/** Who may see what, as far as the entries say who calls whom. */
export interface Reach {
  /**
   * Namespaces whose proxies are told of a service, `.` for its own; undefined where some of its callers are not
   * known, so that all are told.
   */
  readonly exportTo: (service: Service) => readonly string[] | undefined;
  /** Namespaces whose proxies are told of an external service: those of its callers, and its egress gateway's. */
  readonly exportExternalTo: (external: ExternalService) => readonly string[];
  /**
   * Hosts that the proxies of a service are told of, as `namespace/host`; undefined where nothing says what it calls, so
   * that they are told of all that is exported to them.
   */
  readonly hostsFor: (service: Service) => readonly string[] | undefined;
}

/** Looks over applications once, in time that grows with what they say. */
export function reachOf(applications: readonly Application[], context: ReachContext): Reach {
  const services = applications.flatMap((application) => application.services);
  const externals = applications.flatMap(({ externalServices }) => externalServices);
  const targets = new Map(
    [...services.map(serviceTarget), ...externals.map(externalTarget)].map((target) => [target.key, target]),
  );
  const visible = visibleIn(services, applications);
  const calls = declaredCalls([...targets.values()]);
  const open = sortedTexts(
    services.filter((service) => declaredCallers(service) === undefined).map(({ namespace }) => namespace),
  );
  const limiter = applications.find(
    ({ rateLimitService }) => rateLimitService !== undefined,
  )?.rateLimitService;

  return {
    exportTo: (service) => {
      const namespaces = visible.get(keyOf(service));
      if (namespaces === undefined || namespaces === "all") return undefined;
      return exported(service.namespace, [...namespaces, ...(context.seesAll ?? [])]);
    },
    exportExternalTo: (external) =>
      exported(external.namespace, [
        ...externalCallers(external).map(({ namespace }) => namespace),
        ...(external.throughEgressGateway === true ? [EGRESS.namespace] : []),
      ]),
    hostsFor: (service) => {
      const named = calls.byAccount.get(`${service.namespace}/${service.serviceAccount}`) ?? [];
      // Being one of a namespace's workloads says too little about a service to take everything else from it.
      if (service.calls === undefined && named.length === 0) return undefined;
      const said = service.calls ?? [];
      // Who says nothing of what it calls may call what lets its namespace in, and what lets everybody in.
      const allowed = service.calls === undefined ? (calls.byNamespace.get(service.namespace) ?? []) : [];
      const allowedNamespaces = service.calls === undefined ? open : [];
      const called = withOnward(
        [...said.flatMap((call) => targets.get(call) ?? []), ...named, ...allowed],
        targets,
      );
      const limits =
        (service.globalRateLimits ?? []).length > 0 && limiter && serviceAddress(limiter.address);
      return narrowed([
        ...[context.rootNamespace, ...(context.seenByAll ?? []), ...allowedNamespaces].map(
          (name) => `${name}/*`,
        ),
        ...said.filter((call) => call.endsWith("/*")),
        ...called.flatMap(({ namespace, hosts }) => hosts.map((host) => `${namespace}/${host}`)),
        ...(called.some(({ external }) => external?.throughEgressGateway === true)
          ? [`${EGRESS.namespace}/${EGRESS.host}`]
          : []),
        ...(limits ? [`${limits.namespace}/${limits.host}`] : []),
      ]);
    },
  };
}

function serviceTarget(service: Service): Target {
  return { key: keyOf(service), namespace: service.namespace, hosts: [serviceHost(service)], service };
}

function externalTarget(external: ExternalService): Target {
  return { key: keyOf(external), namespace: external.namespace, hosts: external.hosts, external };
}

/** For each service the namespaces of all that may call it: directly, or by a route of what they call. */
function visibleIn(
  services: readonly Service[],
  applications: readonly Application[],
): ReadonlyMap<string, ReadonlySet<string> | "all"> {
  const visible = new Map<string, Set<string> | "all">(
    services.map((service) => {
      const callers = declaredCallers(service);
      return [
        keyOf(service),
        callers === undefined
          ? "all"
          : new Set([service.namespace, ...callers.map(({ namespace }) => namespace)]),
      ];
    }),
  );
  const see = (key: string, namespaces: Iterable<string> | "all"): boolean => {
    const seen = visible.get(key);
    if (seen === undefined || seen === "all") return false;
    if (namespaces === "all") {
      visible.set(key, "all");
      return true;
    }
    const before = seen.size;
    for (const namespace of namespaces) seen.add(namespace);
    return seen.size > before;
  };
  for (const service of services) for (const call of service.calls ?? []) see(call, [service.namespace]);
  for (const { gateways } of applications) {
    for (const { namespace, routes } of gateways) for (const { to } of routes) see(to, [namespace]);
  }
  // Whoever calls a service must know where its routes lead to; and so on, until nothing changes.
  const byKey = new Map(services.map((service) => [keyOf(service), service]));
  const waiting = services.filter((service) => onward(service).length > 0);
  for (let service = waiting.pop(); service !== undefined; service = waiting.pop()) {
    for (const key of onward(service)) {
      const next = byKey.get(key);
      if (see(key, visible.get(keyOf(service)) ?? []) && next !== undefined) waiting.push(next);
    }
  }
  return visible;
}

/** Other services to which the routes of a service lead. */
function onward({ experiments = [], routes = [], mirror }: Service): readonly string[] {
  const targets: readonly (RouteTarget | undefined)[] = [
    ...experiments.map(({ to }) => to),
    ...routes.map(({ to }) => to),
    mirror?.to,
  ];
  return targets.flatMap((target) => (target !== undefined && "service" in target ? [target.service] : []));
}

function withOnward(first: readonly Target[], targets: ReadonlyMap<string, Target>): readonly Target[] {
  const found = new Map(first.map((target) => [target.key, target]));
  // A map may grow while it is walked through: what is added comes last.
  for (const { service } of found.values()) {
    for (const key of service === undefined ? [] : onward(service)) {
      const target = targets.get(key);
      if (target !== undefined) found.set(key, target);
    }
  }
  return [...found.values()];
}

/** Namespaces as `exportTo` names them. */
function exported(own: string, namespaces: readonly string[]): readonly string[] {
  const others = sortedTexts(namespaces).filter((namespace) => namespace !== own);
  return [...(namespaces.includes(own) ? ["."] : []), ...others];
}

/** In order, and without what stands behind a whole namespace anyway. */
function narrowed(hosts: readonly string[]): readonly string[] {
  const whole = new Set(hosts.filter((host) => host.endsWith("/*")));
  const isWithin = (host: string): boolean => whole.has(`${host.slice(0, host.indexOf("/"))}/*`);
  return sortedTexts(hosts.filter((host) => whole.has(host) || !isWithin(host)));
}
