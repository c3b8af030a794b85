import type { MtlsMode, OutlierDetection, Protocol } from "../model";

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
   * Host name under which every region of the mesh reaches the workloads of all regions.
   * @default the name followed by `.global`
   * @example "ai-agent.global"
   */
  readonly globalHost?: string;
  /**
   * Versions, by the label `version` of the workloads, and their percent of the requests; the sum is 100.
   * @default no split: requests go to all workloads alike
   * @example { v1: 80, v2: 20 }
   */
  readonly versions?: Readonly<Record<string, number>>;
  /**
   * Which regions the requests of a client go to.
   * @default Istio's own: to all regions alike
   * @example { local: 80, rest: "even" }
   */
  readonly locality?: Locality;
  /**
   * When a failing workload is left out for a while; merged over the defaults for locality failover.
   * @default `outlierDefaults` where `locality` says `failover`, otherwise none
   */
  readonly outlier?: Partial<OutlierDetection>;
  /**
   * Who may call the service. An empty list lets nobody in.
   * @default no policy of its own
   */
  readonly access?: readonly AccessRule[];
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
  readonly globalHost: string;
}

/** A service of the mesh. It is checked together with everything else by `compile`. */
export function service(args: ServiceArgs): Service {
  return {
    ...args,
    targetPort: args.targetPort ?? args.port,
    protocol: args.protocol ?? "HTTP",
    globalHost: args.globalHost ?? `${args.name}.global`,
  };
}
