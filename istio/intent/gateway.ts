import type { LocalRateLimit } from "./limits";
import type { RequestMatch, Retries } from "./routing";
import type { Duration } from "./units";

/** Certificate of a gateway's server: the name of a Kubernetes TLS secret in the gateway's own namespace. */
export interface GatewayTls {
  /**
   * `SIMPLE`: the gateway shows its certificate. `MUTUAL`: it asks for the client's, too. `PASSTHROUGH`: the
   * connection goes on unopened, by its SNI.
   * @default "SIMPLE" for HTTPS, "PASSTHROUGH" for TLS; there is no other for TLS
   */
  readonly mode?: "MUTUAL" | "PASSTHROUGH" | "SIMPLE";
  /**
   * Name of the secret with `tls.crt` and `tls.key`, and for `MUTUAL` `ca.crt`; required but for `PASSTHROUGH`.
   * @default none
   * @example "microservices-tls-secret"
   */
  readonly credential?: string;
  /** Oldest version of TLS. @default "TLSV1_2" */
  readonly minimumVersion?: "TLSV1_2" | "TLSV1_3";
}

/** One port of a gateway and the hosts that it answers for. */
export interface GatewayServer {
  /** Port of the gateway's Service; the region's own gateways have 80 and 443 unless your values add others. @example 443 */
  readonly port: number;
  /** What comes in at the port; `TLS` is passed through unopened. @example "HTTPS" */
  readonly protocol: "GRPC" | "HTTP" | "HTTP2" | "HTTPS" | "TLS";
  /** Host names; `*.example.com` is allowed, `*` alone is not. @example ["myapp.example.com"] */
  readonly hosts: readonly string[];
  /** Certificate. @default none; HTTPS requires one */
  readonly tls?: GatewayTls;
  /** Answers every request with 301 to https; for HTTP only. @default false */
  readonly httpsRedirect?: boolean;
}

/** Which requests of a gateway's hosts go to which service of the mesh. */
export interface GatewayRoute {
  /** Name of the route. @example "api" */
  readonly name: string;
  /** Hosts, of those that the servers name. @default all of them */
  readonly hosts?: readonly string[];
  /**
   * Which requests. The routes of a host are tried longest path first, then in the order written; of several
   * applications by the applications' names.
   * @default every request
   * @example { path: { prefix: "/api" } }
   */
  readonly match?: RequestMatch;
  /**
   * Service as `namespace/name`. Its versions, experiments, retries and limits of time hold here as inside the mesh.
   * @example "myapp/api-service"
   */
  readonly to: string;
  /** What replaces the matched part of the path. @default the path stays */
  readonly rewritePath?: string;
  /** Limit of a whole request, retries included; a path route of the service with its own keeps it. @default the service's */
  readonly timeout?: Duration;
  /** What is tried again; a path route of the service with its own keeps it. @default the service's */
  readonly retries?: Retries;
}

/**
 * How clients outside a namespace or the mesh come in. An entry of the same name and namespace in another application
 * adds its servers and routes to it.
 */
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
  /** Ports and their hosts. @default none; then another application's entry of this name has them */
  readonly servers?: readonly GatewayServer[];
  /**
   * Labels of the entry, by which bindings may select it.
   * @default none beyond those of its application
   * @example { exposure: "public" }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Where requests go. @default nowhere: they are answered with 404 */
  readonly routes?: readonly GatewayRoute[];
  /**
   * How many requests each pod of the gateway lets in: over all hosts of a plaintext port, and for each server of HTTPS
   * by itself.
   * @default no limit
   * @example { requests: 100, per: "60s" }
   */
  readonly localRateLimit?: LocalRateLimit;
}

/** A gateway with its defaults filled in. */
export interface Gateway extends GatewayArgs {
  readonly namespace: string;
  readonly workload: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
  readonly routes: readonly GatewayRoute[];
}

/** A gateway of the mesh. It is checked together with everything else by `compile`. */
export function gateway(args: GatewayArgs): Gateway {
  return {
    ...args,
    namespace: args.namespace ?? "istio-ingress",
    workload: args.workload ?? { istio: "ingressgateway" },
    servers: args.servers ?? [],
    routes: args.routes ?? [],
  };
}
