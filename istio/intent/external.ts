import { isIP } from "node:net";
import type { ExternalResolution } from "../model";
import type { ConnectionPool } from "./resilience";
import type { Retries } from "./routing";
import type { Duration } from "./units";

/**
 * How the proxy opens TLS to a service outside: workloads speak plaintext to it, which stays in their pod. The
 * certificate of the other side is always checked.
 */
export interface TlsOrigination {
  /** Port that workloads call in plaintext HTTP. @default 80 */
  readonly from?: number;
  /** Port of the external service. @default 443 */
  readonly to?: number;
  /** Name asked for, and which the certificate must have. @default the host */
  readonly sni?: string;
  /**
   * Who must have signed the certificate: a file of the proxy's pod, or a secret with `ca.crt` in the egress gateway's
   * namespace, which only that gateway can read.
   * @default { file: "/etc/ssl/certs/ca-certificates.crt" }, the public authorities of the proxy's image
   */
  readonly ca?: { readonly file: string } | { readonly credential: string };
  /**
   * Secret with `tls.crt`, `tls.key` and `ca.crt` in the egress gateway's namespace: mutual TLS.
   * @default none: the other side is not told who calls
   */
  readonly clientCredential?: string;
}

/** A port of a service outside the mesh. */
export interface ExternalPort {
  /** Number of the port. @example 443 */
  readonly number: number;
  /** What workloads send; `TLS` and `HTTPS` are encrypted by themselves. @example "TLS" */
  readonly protocol: "GRPC" | "HTTP" | "HTTP2" | "HTTPS" | "TCP" | "TLS";
}

/** A service outside the mesh that workloads may call. */
export interface ExternalServiceArgs {
  /** Name of the entry. @example "payment-provider" */
  readonly name: string;
  /** Namespace of the objects. @example "microservices" */
  readonly namespace: string;
  /**
   * Labels of the entry, by which bindings may select it.
   * @default none beyond those of its application
   * @example { team: "payments" }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Host names as workloads call them; all of them or none with a leading `*.`. @example ["api.stripe.com"] */
  readonly hosts: readonly string[];
  /**
   * Ports that workloads call.
   * @default the port of `tls`, else { number: 443, protocol: "TLS" }
   */
  readonly ports?: readonly ExternalPort[];
  /**
   * How addresses are found. `DYNAMIC_DNS` looks up the name that is called, for hosts with a leading `*.`.
   * @default "DYNAMIC_DNS" for such hosts, "STATIC" where `addresses` are IP addresses, else "DNS"
   */
  readonly resolution?: ExternalResolution;
  /** IP addresses, or names to be looked up in place of the host. @default none */
  readonly addresses?: readonly string[];
  /** TLS that the proxy opens. @default none: what workloads send goes out as it is */
  readonly tls?: TlsOrigination;
  /** Whether calls leave the cluster through its egress gateway. @default false */
  readonly throughEgressGateway?: boolean;
  /**
   * Callers as `namespace/serviceAccount`, the account may be `*`; the proxies of other namespaces are not told of it.
   * @default every workload of the entry's namespace
   * @example ["microservices/payment-service"]
   */
  readonly callers?: readonly string[];
  /** Limit of a whole request, retries included; for HTTP. @default none of its own */
  readonly timeout?: Duration;
  /** What is tried again; for HTTP. @default the mesh's */
  readonly retries?: Retries;
  /** Limits towards the external service, for each client proxy. @default Envoy's */
  readonly connectionPool?: ConnectionPool;
}

/** An external service with its defaults filled in. */
export interface ExternalService extends ExternalServiceArgs {
  readonly ports: readonly ExternalPort[];
  readonly resolution: ExternalResolution;
}

/** A service outside the mesh. It is checked together with everything else by `compile`. */
export function externalService(args: ExternalServiceArgs): ExternalService {
  return {
    ...args,
    ports: args.ports ?? (args.tls === undefined ? [{ number: 443, protocol: "TLS" }] : []),
    resolution: args.resolution ?? resolutionOf(args),
  };
}

function resolutionOf({ hosts, addresses = [] }: ExternalServiceArgs): ExternalResolution {
  if (hosts.some((host) => host.startsWith("*"))) return "DYNAMIC_DNS";
  return addresses.length > 0 && addresses.every(isIpAddress) ? "STATIC" : "DNS";
}

/** Whether an address is a number, as opposed to a name to look up. */
export function isIpAddress(address: string): boolean {
  return isIP(address) !== 0;
}
