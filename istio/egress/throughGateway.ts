import type { ExternalService } from "../intent";
import type { EgressRule, Gateway, HttpRoute, TlsRoute } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import { externalPort, isEncrypted, objectName } from "./ports";
import { EGRESS } from "./place";

/** Name of an entry's objects in the egress gateway's namespace, which the entries of all namespaces share. */
function egressName({ namespace, name }: ExternalService): string {
  return `${namespace}-${name}`;
}

/**
 * Where calls leave the cluster. Plaintext requests come in by mutual TLS of the mesh, so that the gateway knows who
 * calls; what workloads encrypt by themselves is passed on by its SNI.
 */
export function egressGateway(external: ExternalService): Gateway | undefined {
  if (external.throughEgressGateway !== true) return undefined;
  const name = egressName(external);
  const passes = isEncrypted(externalPort(external));
  const protocol = passes ? "TLS" : "HTTPS";
  return {
    apiVersion: NETWORKING_V1,
    kind: "Gateway",
    metadata: metadata(external.name, EGRESS.namespace, name),
    spec: {
      selector: EGRESS.workload,
      servers: [
        {
          port: { number: EGRESS.port, name: `${protocol.toLowerCase()}-${EGRESS.port}`, protocol },
          hosts: external.hosts,
          tls: { mode: passes ? "PASSTHROUGH" : "ISTIO_MUTUAL" },
        },
      ],
    },
  };
}

/** How callers open mutual TLS to the egress gateway: by the SNI it knows which of its servers is meant. */
export function egressRule(external: ExternalService): EgressRule | undefined {
  if (external.throughEgressGateway !== true || isEncrypted(externalPort(external))) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "DestinationRule",
    metadata: metadata(external.name, EGRESS.namespace, egressName(external)),
    spec: {
      host: EGRESS.host,
      // The rules of all entries for this host stand in one namespace and are exported alike: so istiod merges them.
      subsets: external.hosts.map((sni, index) => ({
        name: subset(external, index),
        trafficPolicy: {
          portLevelSettings: [{ port: { number: EGRESS.port }, tls: { mode: "ISTIO_MUTUAL", sni } }],
        },
      })),
    },
  };
}

function subset(external: ExternalService, index: number): string {
  return objectName(egressName(external), index);
}

/** Requests first go from their pod to the egress gateway, then from there to the host. */
export function egressHttp(
  external: ExternalService,
  index: number,
  routes: readonly HttpRoute[],
): readonly HttpRoute[] {
  const [gateway, port, host] = places(external, index);
  const toGateway = { host: EGRESS.host, subset: subset(external, index), port: { number: EGRESS.port } };
  return [
    ...routes.map(({ match = [{}], ...route }) => ({
      ...route,
      match: match.map((one) => ({ gateways: ["mesh"], port, ...one })),
      route: [{ destination: toGateway, weight: 100 }],
    })),
    {
      match: [{ gateways: [gateway], port: EGRESS.port }],
      route: [{ destination: { host, port: { number: port } }, weight: 100 }],
    },
  ];
}

/** The same for connections that workloads encrypt by themselves. */
export function egressTls(external: ExternalService, index: number): readonly TlsRoute[] {
  const [gateway, port, host] = places(external, index);
  const toGateway = { host: EGRESS.host, port: { number: EGRESS.port } };
  return [
    {
      match: [{ gateways: ["mesh"], port, sniHosts: [host] }],
      route: [{ destination: toGateway, weight: 100 }],
    },
    {
      match: [{ gateways: [gateway], port: EGRESS.port, sniHosts: [host] }],
      route: [{ destination: { host, port: { number: port } }, weight: 100 }],
    },
  ];
}

/** The egress gateway's object, the port that workloads call, and the host. */
export function places(external: ExternalService, index: number): readonly [string, number, string] {
  return [
    `${EGRESS.namespace}/${egressName(external)}`,
    externalPort(external).number,
    external.hosts[index] ?? "",
  ];
}
