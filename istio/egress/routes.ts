import type { ExternalService } from "../intent";
import { service } from "../intent";
import type { HttpRoute, VirtualService, VirtualServiceSpec } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { httpRoutes } from "../traffic/routes";
import { externalPort, externalPorts, isEncrypted, isPlaintextHttp, objectName } from "./ports";
import { egressHttp, egressTls, places } from "./throughGateway";

/** Timeout and retries of an external service, and its way through the egress gateway; none where nothing is said. */
export function externalRoutes(external: ExternalService, scope: BuildScope): readonly VirtualService[] {
  const { name, namespace, hosts } = external;
  return hosts.flatMap((host, index) => {
    const routes = routesOf(external, host, index, scope);
    if (routes === undefined) return [];
    return [
      {
        apiVersion: NETWORKING_V1,
        kind: "VirtualService" as const,
        metadata: metadata(name, namespace, objectName(name, index)),
        spec: { hosts: [host], ...routes, exportTo: scope.reach.exportExternalTo(external) },
      },
    ];
  });
}

function routesOf(
  external: ExternalService,
  host: string,
  index: number,
  scope: BuildScope,
): Pick<VirtualServiceSpec, "gateways" | "http" | "tls"> | undefined {
  if (external.throughEgressGateway === true) {
    const gateways = ["mesh", places(external, index)[0]];
    return isEncrypted(externalPort(external))
      ? { gateways, tls: egressTls(external, index) }
      : { gateways, http: egressHttp(external, index, ownRoutes(external, host, scope)) };
  }
  if (external.timeout === undefined && external.retries === undefined) return undefined;
  return { http: ownRoutes(external, host, scope) };
}

/** An external service is routed like one of the mesh that says the same. */
function ownRoutes(external: ExternalService, host: string, scope: BuildScope): readonly HttpRoute[] {
  const { name, namespace, timeout, retries } = external;
  const http = externalPorts(external).find(isPlaintextHttp);
  const alike = service({
    name,
    namespace,
    port: http?.number ?? 80,
    globalHost: host,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
  });
  return httpRoutes(alike, scope);
}
