import type { ConnectionPool } from "./resilience";
import type { Retries } from "./routing";
import type { Duration } from "./units";

/** How the proxy opens TLS to a service outside: workloads speak plaintext to it, which stays in their pod. */
export interface TlsOrigination {
  /** Port that workloads call in plaintext. @default 80 */
  readonly from?: number;
  /** Port of the external service. @default 443 */
  readonly to?: number;
  /** Name asked for and checked in the certificate. @default the host */
  readonly sni?: string;
  /**
   * Who must have signed the certificate: a file of the proxy's image, or a secret with `ca.crt` (`credential`).
   * @default the public authorities of the proxy's image, /etc/ssl/certs/ca-certificates.crt
   */
  readonly ca?: { readonly file: string } | { readonly credential: string };
  /** Secret with a client certificate: mutual TLS. @default none */
  readonly clientCredential?: string;
}

/** A service outside the mesh that workloads may call. */
export interface ExternalServiceArgs {
  /** Name of the entry. @example "payment-provider" */
  readonly name: string;
  /** Namespace of the objects. @example "microservices" */
  readonly namespace: string;
  /** Host names as workloads call them; a leading `*.` needs `resolution: "NONE"`. @example ["api.stripe.com"] */
  readonly hosts: readonly string[];
  readonly ports: readonly {
    readonly number: number;
    readonly protocol: "GRPC" | "HTTP" | "HTTP2" | "HTTPS" | "TCP" | "TLS";
  }[];
  /** How addresses are found. @default "DNS" */
  readonly resolution?: "DNS" | "DNS_ROUND_ROBIN" | "NONE" | "STATIC";
  /** Addresses for STATIC, or names to be looked up in place of the host. @default none */
  readonly addresses?: readonly string[];
  /** @default none: what workloads send goes out as it is */
  readonly tls?: TlsOrigination;
  /** Whether calls leave the cluster through its egress gateway. @default false */
  readonly throughEgressGateway?: boolean;
  /** Callers as `namespace/serviceAccount`, the account may be `*`. @default every workload of the entry's namespace */
  readonly callers?: readonly string[];
  /** @default none of its own */
  readonly timeout?: Duration;
  /** @default the mesh's */
  readonly retries?: Retries;
  /** @default Envoy's */
  readonly connectionPool?: ConnectionPool;
}

export interface ExternalService extends ExternalServiceArgs {
  readonly resolution: "DNS" | "DNS_ROUND_ROBIN" | "NONE" | "STATIC";
}

/** A service outside the mesh. It is checked together with everything else by `compile`. */
export function externalService(args: ExternalServiceArgs): ExternalService {
  return { ...args, resolution: args.resolution ?? "DNS" };
}
