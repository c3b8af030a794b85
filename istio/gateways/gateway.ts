import { createHash } from "node:crypto";
import { keyOf } from "../callers";
import type { Gateway as GatewayIntent, GatewayServer as ServerIntent } from "../intent";
import type { Gateway, GatewayServer, HttpRoute, ServerTls, TlsRoute, VirtualService } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { httpRoutes } from "../traffic/routes";
import { split } from "../traffic/split";
import type { MergedGateway } from "./merge";
import { coversHost, hostsOf, isOpened, isPassthrough, routesOf } from "./merge";

/** The ports of a gateway and their hosts, those of all applications; none for an entry that only adds to another. */
export function gatewayObject(gateway: GatewayIntent, scope: BuildScope): Gateway | undefined {
  const merged = mergedHere(gateway, scope);
  if (merged === undefined) return undefined;
  const { name, namespace, workload } = gateway;
  return {
    apiVersion: NETWORKING_V1,
    kind: "Gateway",
    metadata: metadata(name, namespace, name),
    spec: { selector: workload, servers: merged.servers.map(server) },
  };
}

/**
 * Where the requests of a gateway's hosts go: one object for each host, because of several for one host and gateway
 * Istio takes the routes in the order of their age.
 */
export function gatewayRoutes(gateway: GatewayIntent, scope: BuildScope): readonly VirtualService[] {
  const merged = mergedHere(gateway, scope);
  if (merged === undefined) return [];
  const { name, namespace } = gateway;
  return hostsOf(merged).flatMap((host) => {
    const [http, tls] = [httpOf(merged, host, scope), tlsOf(merged, host, scope)];
    if (http.length === 0 && tls.length === 0) return [];
    return [
      {
        apiVersion: NETWORKING_V1,
        kind: "VirtualService" as const,
        metadata: metadata(name, namespace, routesName(name, host)),
        spec: {
          hosts: [host],
          gateways: [keyOf(gateway)],
          ...(http.length === 0 ? {} : { http }),
          ...(tls.length === 0 ? {} : { tls }),
          // Nobody but the gateway's own pods reads it.
          exportTo: ["."],
        },
      },
    ];
  });
}

/** What all applications say of a gateway, at the entry that its objects come from. */
function mergedHere(gateway: GatewayIntent, { gateway: find }: BuildScope): MergedGateway | undefined {
  const merged = find(keyOf(gateway));
  return merged?.entry === gateway && merged.servers.length > 0 ? merged : undefined;
}

function httpOf(merged: MergedGateway, host: string, scope: BuildScope): readonly HttpRoute[] {
  if (!isServed(merged, host, isOpened)) return [];
  return routesOf(merged, host).flatMap(({ name, match, to, rewritePath, timeout, retries }) => {
    const service = scope.service(to);
    // The rules refuse a route to nobody, before anything is built.
    if (service === undefined) return [];
    return httpRoutes(service, scope, {
      namePrefix: name,
      withPort: true,
      ...(match === undefined ? {} : { match }),
      ...(rewritePath === undefined ? {} : { rewritePath }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(retries === undefined ? {} : { retries }),
    });
  });
}

function tlsOf(merged: MergedGateway, host: string, scope: BuildScope): readonly TlsRoute[] {
  if (!isServed(merged, host, isPassthrough)) return [];
  return routesOf(merged, host).flatMap(({ to }) => {
    const service = scope.service(to);
    if (service === undefined) return [];
    return [{ match: [{ sniHosts: [host] }], route: split(service, scope, { withPort: true }) }];
  });
}

function isServed(merged: MergedGateway, host: string, isOne: (server: ServerIntent) => boolean): boolean {
  return merged.servers.some((one) => isOne(one) && one.hosts.some((pattern) => coversHost(pattern, host)));
}

/** Istio wants the names of a gateway's ports to differ. */
function server(said: ServerIntent, index: number, all: readonly ServerIntent[]): GatewayServer {
  const { port: number, protocol, hosts } = said;
  const before = all.slice(0, index).filter((one) => one.port === number && one.protocol === protocol).length;
  const tls = serverTls(said);
  return {
    port: {
      number,
      name: `${protocol.toLowerCase()}-${number}${before === 0 ? "" : `-${before + 1}`}`,
      protocol,
    },
    hosts,
    ...(tls === undefined ? {} : { tls }),
  };
}

function serverTls(said: ServerIntent): ServerTls | undefined {
  const { protocol, tls, httpsRedirect } = said;
  if (httpsRedirect === true) return { httpsRedirect };
  if (isPassthrough(said)) return { mode: "PASSTHROUGH" };
  if (protocol !== "HTTPS") return undefined;
  return {
    mode: tls?.mode === "MUTUAL" ? "MUTUAL" : "SIMPLE",
    credentialName: tls?.credential ?? "",
    minProtocolVersion: tls?.minimumVersion ?? "TLSV1_2",
  };
}

/** Longest name that fits into a label. */
const LONGEST = 63;

/** A gateway's name has no dot in it, so the first one ends it. */
function routesName(gateway: string, host: string): string {
  const name = `${gateway}.${host.replace("*.", "wildcard--")}`;
  if (name.length <= LONGEST) return name;
  const end = `-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
  return `${name.slice(0, LONGEST - end.length).replace(/[^a-z0-9]+$/, "")}${end}`;
}
