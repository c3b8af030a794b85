import { declaredCallers, keyOf } from "../callers";
import type { MergedGateway } from "../gateways/merge";
import { coversHost, hostsOf, isOpened, isPassthrough, routeHosts, routesOf } from "../gateways/merge";
import type { Gateway, GatewayRoute, Service } from "../intent";
import type { BuildScope } from "../scope";
import { httpMatches } from "../traffic/httpMatch";
import { conditionOf, merge, NEVER, Unmergeable } from "../traffic/match";
import { routePlan } from "../traffic/routePlan";
import { gatewayOf } from "../values";
import type { Fault } from "./fault";
import { isHttp } from "./protocol";
import { checkMatch } from "./requestMatch";
import { checkRetries } from "./retries";
import { checkRewrite } from "./routing";
import { checkDuration } from "./values";

/** Faults of the routes of a gateway, those of all applications. */
export function checkGatewayRoutes(gateway: MergedGateway, scope: BuildScope): readonly Fault[] {
  const { entry, routes } = gateway;
  const setting = `gateways.${keyOf(entry)}.routes`;
  return [
    ...routes.flatMap((route) => checkRoute(`${setting}.${route.name}`, route, gateway, scope)),
    ...hostsOf(gateway).flatMap((host) => shadowed(setting, host, routesOf(gateway, host))),
    ...mixedHosts(gateway),
  ];
}

function checkRoute(
  setting: string,
  route: GatewayRoute,
  { entry, servers }: MergedGateway,
  scope: BuildScope,
): readonly Fault[] {
  const service = scope.service(route.to);
  const hosts = routeHosts(route, servers);
  return [
    ...(route.hosts?.length === 0
      ? [fault(`${setting}.hosts`, [], "at least one host", "Name the hosts, or leave hosts out for all")]
      : []),
    ...hosts
      .filter((host) => !servers.some((one) => one.hosts.some((pattern) => coversHost(pattern, host))))
      .map((host) =>
        fault(
          `${setting}.hosts`,
          host,
          "a host that a server of the gateway names",
          "Add it to a server, or correct it",
        ),
      ),
    ...(service === undefined
      ? [fault(`${setting}.to`, route.to, "a service of the catalog as namespace/name", "Correct the name")]
      : [
          ...notLetIn(`${setting}.to`, service, entry),
          ...checkProtocol(setting, route, service, protocolsOf(servers, hosts)),
          ...checkRequests(setting, route, service),
          ...conflicts(setting, route, service, scope),
        ]),
  ];
}

/** A service that knows all of its callers and does not count the gateway among them answers it with 403. */
function notLetIn(setting: string, service: Service, { workload }: Gateway): readonly Fault[] {
  const gateway = gatewayOf(workload);
  const callers = declaredCallers(service);
  // Which account the pods of another gateway have, only their owner knows.
  if (gateway === undefined || callers === undefined) return [];
  const { namespace, release } = gateway;
  if (callers.some((one) => one.namespace === namespace && ["*", release].includes(one.serviceAccount))) {
    return [];
  }
  return [
    fault(
      setting,
      keyOf(service),
      `a service that lets ${namespace}/${release} in`,
      "Add it to the service's access, or take the route out",
    ),
  ];
}

/** Conditions, rewrite and limits, as of a service's own routes. */
function checkRequests(setting: string, route: GatewayRoute, service: Service): readonly Fault[] {
  const { match, rewritePath, timeout, retries } = route;
  // The service's own retries have to fit, too, into a timeout that is said here alone.
  const repeated = retries ?? (timeout === undefined ? undefined : service.retries);
  const limit = timeout ?? service.timeout;
  return [
    ...(match === undefined ? [] : checkMatch(`${setting}.match`, match)),
    ...(rewritePath === undefined ? [] : checkRewrite(`${setting}.rewritePath`, rewritePath, match?.path)),
    ...checkDuration(`${setting}.timeout`, timeout),
    ...(repeated === undefined ? [] : checkRetries(`${setting}.retries`, repeated, limit, service.protocol)),
  ];
}

/** How the gateway's servers treat some hosts. */
function protocolsOf(servers: MergedGateway["servers"], hosts: readonly string[]) {
  const serving = servers.filter((one) =>
    one.hosts.some((pattern) => hosts.some((host) => coversHost(pattern, host))),
  );
  return { passes: serving.some(isPassthrough), opens: serving.some(isOpened) };
}

/** Of a connection that is passed on unopened nobody sees a request, and a workload that wants requests gets TLS. */
function checkProtocol(
  setting: string,
  route: GatewayRoute,
  { protocol }: Service,
  { passes, opens }: ReturnType<typeof protocolsOf>,
): readonly Fault[] {
  const seen = (["match", "rewritePath", "timeout", "retries"] as const).filter(
    (key) => route[key] !== undefined,
  );
  return [
    ...(opens && !isHttp(protocol)
      ? [
          fault(
            `${setting}.to`,
            protocol,
            "a service of HTTP, HTTP2 or GRPC behind HTTP or HTTPS",
            "Pass TLS through",
          ),
        ]
      : []),
    ...(passes && isHttp(protocol)
      ? [
          fault(
            `${setting}.to`,
            protocol,
            "a service of HTTPS, TLS or TCP behind TLS that is passed through",
            "Write HTTPS",
          ),
        ]
      : []),
    ...(passes && seen.length > 0
      ? [
          fault(
            `${setting}.${seen[0] ?? ""}`,
            route[seen[0] ?? "match"],
            "nothing where TLS is passed through",
            "Take it out",
          ),
        ]
      : []),
  ];
}

/** A route and an entry of its service that no single comparison can say together. */
function conflicts(
  setting: string,
  route: GatewayRoute,
  service: Service,
  scope: BuildScope,
): readonly Fault[] {
  const { match, rewritePath } = route;
  const own = routePlan(service, scope).conflicts.map(({ names }) => names.join("."));
  return routePlan(service, scope, {
    ...(match === undefined ? {} : { match }),
    ...(rewritePath === undefined ? {} : { rewritePath }),
  })
    .conflicts.filter(({ names }) => !own.includes(names.join(".")))
    .map(({ names, part }) =>
      fault(
        `${setting}.match`,
        { part, with: names },
        `a comparison of ${part} that holds together with ${names.join(", ")} of ${route.to}`,
        "Compare with texts and prefixes in place of expressions, or take one of the two out",
      ),
    );
}

/** Routes of a host whose requests an earlier one has already taken. */
function shadowed(setting: string, host: string, routes: readonly GatewayRoute[]): readonly Fault[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).find((one) => takesAllOf(one, route));
    if (earlier === undefined) return [];
    return [
      fault(
        `${setting}.${route.name}`,
        host,
        `requests that ${earlier.name} leaves over; it is tried before`,
        "Narrow one of the matches, or take one of the routes out",
      ),
    ];
  });
}

/**
 * Hosts of a server beside a wildcard that takes them in: istiod puts the routes of both one behind the other, by the
 * age of the objects, so that the wildcard's may take what is meant for those of the host alone.
 */
function mixedHosts(gateway: MergedGateway): readonly Fault[] {
  const served = new Set(gateway.servers.flatMap(({ hosts }) => hosts));
  const routed = hostsOf(gateway);
  const wildcards = routed.filter((host) => host.startsWith("*."));
  return routed.flatMap((host) => {
    const own = routesOf(gateway, host).length;
    const around = wildcards.find(
      (one) => one !== host && coversHost(one, host) && routesOf(gateway, one).length < own,
    );
    if (around === undefined || !served.has(host)) return [];
    return [
      fault(
        `gateways.${keyOf(gateway.entry)}.routes`,
        host,
        `a host with the routes of ${around} and no others, where servers name both`,
        `Give ${host} a gateway of another name, or take it out of the servers where ${around} serves it as well`,
      ),
    ];
  });
}

function takesAllOf(earlier: GatewayRoute, later: GatewayRoute): boolean {
  const wanted = conditionOf(later.match);
  const both = merge(conditionOf(earlier.match), wanted);
  if (both === NEVER || both instanceof Unmergeable) return false;
  return JSON.stringify(httpMatches(both)) === JSON.stringify(httpMatches(wanted));
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
