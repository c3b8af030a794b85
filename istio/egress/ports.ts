import type { ExternalPort, ExternalService } from "../intent";

/** Ports that workloads call, the plaintext one of TLS origination first. */
export function externalPorts({ ports, tls }: ExternalService): readonly ExternalPort[] {
  return tls === undefined ? ports : [{ number: tls.from ?? 80, protocol: "HTTP" }, ...ports];
}

/** The only port of an entry whose calls go through the egress gateway; the rules see to it that there is one. */
export function externalPort(external: ExternalService): ExternalPort {
  return externalPorts(external)[0] ?? { number: 443, protocol: "TLS" };
}

/** Whether the proxy sees the requests at a port. */
export function isPlaintextHttp({ protocol }: ExternalPort): boolean {
  return protocol === "HTTP" || protocol === "HTTP2" || protocol === "GRPC";
}

/** Whether the connections at a port are told apart by their SNI. */
export function isEncrypted({ protocol }: ExternalPort): boolean {
  return protocol === "HTTPS" || protocol === "TLS";
}

/** Name of the object for a host of several: the first has the entry's own. */
export function objectName(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}
