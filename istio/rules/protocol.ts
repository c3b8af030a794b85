import type { Protocol } from "../model";

/** Protocols whose single requests the proxy sees; on the others it sees connections only. */
export const HTTP_PROTOCOLS: readonly Protocol[] = ["HTTP", "HTTP2", "GRPC"];

/** Whether the proxy sees the single requests of a protocol. */
export function isHttp(protocol: Protocol): boolean {
  return HTTP_PROTOCOLS.includes(protocol);
}
