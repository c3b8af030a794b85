import type { ExternalPort, ExternalService, TlsOrigination } from "../intent";
import type {
  ExternalRule,
  ExternalRuleSpec,
  ExternalServiceEntry,
  ExternalTls,
  ServicePort,
} from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { connectionPoolSettings } from "../traffic/destinationRule";
import { EGRESS } from "./place";
import { externalPorts, isPlaintextHttp, objectName } from "./ports";

/** The public authorities of the proxy's image. */
const PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** A host outside the mesh, for the proxies of its callers. */
export function externalEntry(external: ExternalService, { reach }: BuildScope): ExternalServiceEntry {
  const { name, namespace, hosts, tls, resolution, addresses = [] } = external;
  return {
    apiVersion: NETWORKING_V1,
    kind: "ServiceEntry",
    metadata: metadata(name, namespace, name),
    spec: {
      hosts,
      ports: externalPorts(external).map((port) => servicePort(port, tls)),
      location: "MESH_EXTERNAL",
      resolution,
      ...(addresses.length === 0 ? {} : { endpoints: addresses.map((address) => ({ address })) }),
      exportTo: reach.exportExternalTo(external),
    },
  };
}

/** The plaintext port leads to the encrypted one of the other side, so that no route is needed. */
function servicePort({ number, protocol }: ExternalPort, tls: TlsOrigination | undefined): ServicePort {
  const isOriginated = tls !== undefined && number === (tls.from ?? 80);
  return {
    number,
    name: `${protocol.toLowerCase()}-${number}`,
    protocol,
    ...(isOriginated ? { targetPort: tls.to ?? 443 } : {}),
  };
}

/** How proxies connect: with TLS of their own where that is said, and within limits. One object for each host. */
export function externalRules(external: ExternalService, { reach }: BuildScope): readonly ExternalRule[] {
  const { name, namespace, hosts, tls, connectionPool } = external;
  if (tls === undefined && connectionPool === undefined) return [];
  // A secret can only be read by the gateway: told of it, a sidecar would go out in plaintext instead.
  const isGatewayOnly = tls !== undefined && secretOf(tls) !== undefined;
  return hosts.map((host, index) => ({
    apiVersion: NETWORKING_V1,
    kind: "DestinationRule",
    metadata: metadata(name, namespace, objectName(name, index)),
    spec: {
      host,
      trafficPolicy: trafficPolicy(external, host),
      exportTo: isGatewayOnly ? [EGRESS.namespace] : reach.exportExternalTo(external),
    },
  }));
}

/** What is said for a port is not added to what is said for all of them, so the limits stand in both places. */
function trafficPolicy(external: ExternalService, host: string): ExternalRuleSpec["trafficPolicy"] {
  const { ports, tls, connectionPool } = external;
  const isHttp = externalPorts(external).some(isPlaintextHttp);
  const limits =
    connectionPool === undefined ? {} : { connectionPool: connectionPoolSettings(connectionPool, isHttp) };
  if (tls === undefined) return limits;
  const originated = { ...limits, tls: externalTls(tls, host) };
  if (ports.length === 0) return originated;
  return { ...limits, portLevelSettings: [{ port: { number: tls.from ?? 80 }, ...originated }] };
}

function externalTls(tls: TlsOrigination, host: string): ExternalTls {
  const name = tls.sni ?? host;
  const secret = secretOf(tls);
  return {
    mode: tls.clientCredential === undefined ? "SIMPLE" : "MUTUAL",
    ...(secret === undefined
      ? { caCertificates: tls.ca !== undefined && "file" in tls.ca ? tls.ca.file : PUBLIC_AUTHORITIES }
      : { credentialName: secret }),
    sni: name,
    subjectAltNames: [name],
  };
}

function secretOf({ ca, clientCredential }: TlsOrigination): string | undefined {
  return clientCredential ?? (ca !== undefined && "credential" in ca ? ca.credential : undefined);
}
