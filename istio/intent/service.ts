import type { MtlsMode, Protocol } from "../model";
import type { JwtIssuer, TokenCondition } from "./authentication";
import type { GlobalRateLimit, LocalRateLimit } from "./limits";
import type { ConnectionPool, LoadBalancing, Outlier } from "./resilience";
import type { Experiment, FaultInjection, Mirror, PathRoute, Retries, Rollout } from "./routing";
import type { Duration } from "./units";

/**
 * Where the requests of a service's clients go, region by region. Exactly one form: `distribute` overrides
 * the health of a region, `failover` follows it, so istiod refuses the two together.
 */
export type Locality = EvenLocality | DistributedLocality | FailoverLocality;

/** The same share at home for every region, the rest spread evenly over the others. */
export interface EvenLocality {
  /**
   * Percent of a client's requests that stay in its own region.
   * @example 80
   */
  readonly local: number;
  /** Spread over all other regions of the mesh; expanded when the mesh is known. */
  readonly rest: "even";
}

/** An explicit table. Istio sends nothing to a region that a row leaves out, so each row names them all. */
export interface DistributedLocality {
  /**
   * Client's region → region of the workload → percent; each row sums to 100.
   * @example { eastus: { eastus: 70, westeurope: 30 }, westeurope: { eastus: 30, westeurope: 70 } }
   */
  readonly distribute: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** All requests stay at home while there are healthy workloads, and go elsewhere when there are none. */
export interface FailoverLocality {
  /**
   * Where to go next: `"any"` other region, or a table from region to region.
   * @example { eastus: "westeurope", westeurope: "eastus", southeastasia: "eastus" }
   */
  readonly failover: "any" | Readonly<Record<string, string>>;
}

/** One rule of who may call a service; a request passes when any rule lets it in. */
export interface AccessRule {
  /**
   * Callers as `namespace/serviceAccount`; the account may be `*`.
   * @default every caller, with or without an identity
   * @example ["production/ai-agent", "monitoring/*"]
   */
  readonly from?: readonly string[];
  /**
   * HTTP methods.
   * @default every method
   * @example ["GET", "POST"]
   */
  readonly methods?: readonly string[];
  /**
   * Paths, exact or with one `*` at the beginning or the end.
   * @default every path
   * @example ["/api/*", "/healthz"]
   */
  readonly paths?: readonly string[];
  /**
   * Namespaces of callers; of `from` and `namespaces` one is enough.
   * @default every namespace
   * @example ["frontend"]
   */
  readonly namespaces?: readonly string[];
  /**
   * What the request's token must say; needs `jwt` on the service. `{}` means any valid token.
   * @default no token is asked for
   * @example { claims: { role: ["admin"] } }
   */
  readonly token?: TokenCondition;
}

/** Requests that are refused, whatever `access` says. At least one condition. */
export interface DenyRule {
  /** Name of the rule. @example "admin" */
  readonly name: string;
  /** Methods that are refused. @default every method */
  readonly methods?: readonly string[];
  /** Paths that are refused. @default every path @example ["/admin", "/admin/*"] */
  readonly paths?: readonly string[];
  /** Callers that are not refused, as `namespace/serviceAccount`. @default none */
  readonly exceptFrom?: readonly string[];
  /** Namespaces whose callers are not refused. @default none @example ["admin-namespace"] */
  readonly exceptNamespaces?: readonly string[];
  /** Tokens that are not refused; needs `jwt`. @default none @example { claims: { role: ["admin"] } } */
  readonly exceptToken?: TokenCondition;
}

/** What a platform engineer says about one service of the mesh. */
export interface ServiceArgs {
  /**
   * Name of the service: its workloads carry the label `app` with this value.
   * @example "ai-agent"
   */
  readonly name: string;
  /**
   * Namespace of the workloads, the same in every cluster.
   * @example "production"
   */
  readonly namespace: string;
  /**
   * Port that clients call.
   * @example 80
   */
  readonly port: number;
  /**
   * Port that the workloads listen on.
   * @default the value of `port`
   * @example 8080
   */
  readonly targetPort?: number;
  /**
   * What is spoken on the port.
   * @default "HTTP"
   */
  readonly protocol?: Protocol;
  /**
   * Host name of its own under which every region of the mesh reaches the workloads of all regions. Without it
   * clients use the name of the Kubernetes Service, which has to exist in the client's cluster.
   * @default `name.namespace.svc.cluster.local`, and no ServiceEntry
   * @example "ai-agent.global"
   */
  readonly globalHost?: string;
  /**
   * Service account of the workloads.
   * @default the name of the service
   */
  readonly serviceAccount?: string;
  /**
   * Labels of the entry, by which bindings may select it.
   * @default none beyond those of its application
   * @example { tier: "gold" }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Versions, by the label `version` of the workloads, and their percent of the requests; the sum is 100.
   * @default no split: requests go to all workloads alike
   * @example { v1: 80, v2: 20 }
   */
  readonly versions?: Readonly<Record<string, number>>;
  /**
   * A canary whose weight is the phase in `rollouts.yaml`; in place of `versions`.
   * @default none
   * @example { stable: "v1", canary: "v2" }
   */
  readonly rollout?: Rollout;
  /**
   * Requests with a mark that go somewhere else, before any weight counts.
   * @default none
   */
  readonly experiments?: readonly Experiment[];
  /**
   * Paths with a treatment of their own.
   * @default none
   */
  readonly routes?: readonly PathRoute[];
  /**
   * Limit of a whole request, retries included.
   * @default no limit, as in Istio
   * @example "10s"
   */
  readonly timeout?: Duration;
  /**
   * What is tried again.
   * @default what the mesh says: two more tries where no workload has seen the request, or gRPC is unavailable or cancelled
   */
  readonly retries?: Retries;
  /**
   * A copy of the requests to a shadow.
   * @default none
   * @example { to: { version: "v2" }, percent: 10 }
   */
  readonly mirror?: Mirror;
  /**
   * Failures on purpose.
   * @default none
   */
  readonly faults?: readonly FaultInjection[];
  /**
   * How clients choose among the workloads.
   * @default Istio's LEAST_REQUEST
   * @example { hashBy: { header: "x-user-id" } }
   */
  readonly loadBalancing?: LoadBalancing;
  /**
   * Limits towards the workloads, for each client.
   * @default Envoy's, which are as good as none
   * @example { maxConnections: 100, http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 }
   */
  readonly connectionPool?: ConnectionPool;
  /**
   * How many requests each workload lets in.
   * @default no limit
   * @example { requests: 100, per: "60s" }
   */
  readonly localRateLimit?: LocalRateLimit;
  /**
   * Limits that all proxies count together; the application names the rate limit service.
   * @default none
   */
  readonly globalRateLimits?: readonly GlobalRateLimit[];
  /**
   * Header by which a request names the region whose workloads are to answer it, before any weight or locality
   * counts; the answer carries the same header. For test requests: what a region without workloads is asked fails.
   * A value that is no region of the mesh counts as no header.
   * @default requests choose no region
   * @example "x-mesh-region"
   */
  readonly regionHeader?: string;
  /**
   * Which regions the requests of a client go to.
   * @default Istio's own: to all regions alike; with `outlier`, to the client's own while it has healthy workloads
   * @example { local: 80, rest: "even" }
   */
  readonly locality?: Locality;
  /**
   * When a failing workload is left out for a while; what it leaves out has the defaults for a failover.
   * @default those defaults where `locality` says `failover`, otherwise none
   * @example { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" }
   */
  readonly outlier?: Outlier;
  /**
   * Who may call the service. An empty list lets nobody in.
   * @default no policy of its own
   */
  readonly access?: readonly AccessRule[];
  /**
   * Requests that are refused, whatever `access` says.
   * @default none
   */
  readonly deny?: readonly DenyRule[];
  /**
   * Whether paths may have parameters, as in `/items;colour=red`. A server that leaves them out reads `/admin;x` as
   * `/admin`; a proxy does not. Write `false` where rules over paths stand in `raw` objects, which are not looked at.
   * @default false where `access` names paths with a star or `deny` names paths: such requests get 403; otherwise true
   */
  readonly pathParameters?: boolean;
  /**
   * Issuers of the tokens that requests may carry. A request with a token that is not theirs, or not valid, is
   * refused; one without any passes, unless `access` asks for a token.
   * @default tokens are not looked at
   */
  readonly jwt?: readonly JwtIssuer[];
  /**
   * What this service itself calls, as `namespace/name` of a service or external service; beside those whose
   * `access` or `callers` names its service account. Its proxies are told of nothing else.
   * @default only what names it
   */
  readonly calls?: readonly string[];
  /**
   * What the workloads of this service accept.
   * @default what the namespace says, else what the mesh says
   */
  readonly mtls?: MtlsMode;
  /**
   * Workload ports that accept something else, as a scraper outside the mesh may need.
   * @default none
   * @example { 9090: "PERMISSIVE" }
   */
  readonly portMtls?: Readonly<Record<number, MtlsMode>>;
}

/** A service with its defaults filled in. */
export interface Service extends ServiceArgs {
  readonly targetPort: number;
  readonly protocol: Protocol;
  readonly serviceAccount: string;
}

/** The host that clients of a service call: its global one, or that of its Kubernetes Service. */
export function serviceHost({ name, namespace, globalHost }: Service): string {
  return globalHost ?? `${name}.${namespace}.svc.cluster.local`;
}

/** A service of the mesh. It is checked together with everything else by `compile`. */
export function service(args: ServiceArgs): Service {
  return {
    ...args,
    targetPort: args.targetPort ?? args.port,
    protocol: args.protocol ?? "HTTP",
    serviceAccount: args.serviceAccount ?? args.name,
  };
}
