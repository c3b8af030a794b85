import type { RequestMatch, Retries } from "./routing";
import type { Duration } from "./units";

/** Certificate of a gateway's server: the name of a Kubernetes TLS secret in the gateway's own namespace. */
export interface GatewayTls {
  /**
   * `SIMPLE`: the gateway shows its certificate. `MUTUAL`: it asks for the client's, too. `PASSTHROUGH`: the
   * connection goes on unopened, by its SNI.
   * @default "SIMPLE"
   */
  readonly mode?: "MUTUAL" | "PASSTHROUGH" | "SIMPLE";
  /**
   * Name of the secret with `tls.crt` and `tls.key`, and for `MUTUAL` `ca.crt`; required but for `PASSTHROUGH`.
   * @example "microservices-tls-secret"
   */
  readonly credential?: string;
  /** Oldest version of TLS. @default "TLSV1_2" */
  readonly minimumVersion?: "TLSV1_2" | "TLSV1_3";
}

/** One port of a gateway and the hosts that it answers for. */
export interface GatewayServer {
  /** Port of the gateway's Service. @example 443 */
  readonly port: number;
  readonly protocol: "GRPC" | "HTTP" | "HTTP2" | "HTTPS" | "TCP" | "TLS";
  /** Host names; `*.example.com` is allowed, `*` alone is not. @example ["myapp.example.com"] */
  readonly hosts: readonly string[];
  /** Certificate; required for HTTPS and TLS. */
  readonly tls?: GatewayTls;
  /** Answers every request with 301 to https. @default false */
  readonly httpsRedirect?: boolean;
}

/** Which requests of a gateway's hosts go to which service of the mesh. */
export interface GatewayRoute {
  /** Name of the route. @example "api" */
  readonly name: string;
  /** Hosts, of those that the servers name. @default all of them */
  readonly hosts?: readonly string[];
  /**
   * Which requests. The routes of a host are tried longest path first, then in the order written.
   * @default every request
   * @example { path: { prefix: "/api" } }
   */
  readonly match?: RequestMatch;
  /** Service as `namespace/name`. Its versions, experiments, retries and limits of time hold here as inside the mesh. */
  readonly to: string;
  /** What replaces the matched part of the path. @default the path stays */
  readonly rewritePath?: string;
  /** @default the service's */
  readonly timeout?: Duration;
  /** @default the service's */
  readonly retries?: Retries;
}

/** How clients outside a namespace or the mesh come in. */
export interface GatewayArgs {
  /** Name of the gateway. @example "public" */
  readonly name: string;
  /** Namespace of the gateway object and of its secrets: where the gateway's pods run. @default "istio-ingress" */
  readonly namespace?: string;
  /**
   * Labels of the gateway's pods.
   * @default the region's public ingress gateway, { istio: "ingressgateway" }
   * @example { istio: "internal-gateway" }
   */
  readonly workload?: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
  /** @default none */
  readonly routes?: readonly GatewayRoute[];
}

export interface Gateway extends GatewayArgs {
  readonly namespace: string;
  readonly workload: Readonly<Record<string, string>>;
  readonly routes: readonly GatewayRoute[];
}

/** A gateway of the mesh. It is checked together with everything else by `compile`. */
export function gateway(args: GatewayArgs): Gateway {
  return {
    ...args,
    namespace: args.namespace ?? "istio-ingress",
    workload: args.workload ?? { istio: "ingressgateway" },
    routes: args.routes ?? [],
  };
}
