import type { Application, Gateway, GatewayRoute, GatewayServer, LocalRateLimit } from "../intent";
import { keyOf } from "../callers";
import { trimmed } from "../traffic/paths";

/** A gateway with what all applications say of it. */
export interface MergedGateway {
  /** The entry that its objects come from: that of the first application by name. */
  readonly entry: Gateway;
  readonly servers: readonly GatewayServer[];
  readonly routes: readonly GatewayRoute[];
  readonly localRateLimit?: LocalRateLimit;
}

/** The gateways by `namespace/name`; applications count in the order of their names, wherever they stand. */
export function mergedGateways(applications: readonly Application[]): ReadonlyMap<string, MergedGateway> {
  const merged = new Map<string, MergedGateway>();
  for (const { gateways } of applications.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    for (const entry of gateways) {
      const first = merged.get(keyOf(entry));
      const limit = first?.localRateLimit ?? entry.localRateLimit;
      merged.set(keyOf(entry), {
        entry: first?.entry ?? entry,
        servers: [...(first?.servers ?? []), ...entry.servers],
        routes: [...(first?.routes ?? []), ...entry.routes],
        ...(limit === undefined ? {} : { localRateLimit: limit }),
      });
    }
  }
  return merged;
}

/** Whether a server passes TLS on unopened. */
export function isPassthrough({ protocol, tls }: GatewayServer): boolean {
  return protocol === "TLS" || tls?.mode === "PASSTHROUGH";
}

/** Whether a server sees the requests that go on: one that passes TLS on does not, one that sends to https keeps them. */
export function isOpened(server: GatewayServer): boolean {
  return !isPassthrough(server) && server.httpsRedirect !== true;
}

/** Whether a host of a server or route, possibly with a leading `*.`, takes in another one. */
export function coversHost(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));
}

/** Hosts that a route names, or else those of all servers. */
export function routeHosts({ hosts }: GatewayRoute, servers: readonly GatewayServer[]): readonly string[] {
  return hosts ?? servers.flatMap((server) => server.hosts);
}

/** Every host that has routes, in order. */
export function hostsOf({ servers, routes }: MergedGateway): readonly string[] {
  return [...new Set(routes.flatMap((route) => routeHosts(route, servers)))].toSorted();
}

/** The routes of a host, those of a wildcard around it included, in the order in which they are tried. */
export function routesOf({ servers, routes }: MergedGateway, host: string): readonly GatewayRoute[] {
  return routes
    .filter((route) => routeHosts(route, servers).some((pattern) => coversHost(pattern, host)))
    .toSorted((left, right) => rank(right) - rank(left));
}

/** Longer paths first; of two that are as long the one that is exact. Sorting keeps the order of the others. */
function rank({ match }: GatewayRoute): number {
  const path = match?.path;
  if (path === undefined) return 0;
  if (typeof path === "string") return path.length * 2 + 1;
  return ("prefix" in path ? trimmed(path.prefix) : path.regex).length * 2;
}
