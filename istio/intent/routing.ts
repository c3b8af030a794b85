import type { Duration, Percent, TextMatch } from "./units";

/**
 * Which requests are meant: every condition that is given must hold.
 * @example { headers: { "x-user-tier": "premium" } }
 * @example { cookies: { experiment: "version-b" } }
 */
export interface RequestMatch {
  /**
   * Headers by their lower-case name.
   * @default any
   * @example { "user-agent": { regex: ".*Mobile.*" } }
   */
  readonly headers?: Readonly<Record<string, TextMatch>>;
  /**
   * Cookies by name, among the others of the request; up to three.
   * @default any
   * @example { experiment: "version-b" }
   */
  readonly cookies?: Readonly<Record<string, string>>;
  /**
   * Path of the request without its query. A plain string is one exact path; `{ prefix: "/api" }` means `/api`
   * and everything below `/api/`, never `/apiary`; a slash at its end changes nothing.
   * @default any
   * @example { prefix: "/api/v1/products" }
   */
  readonly path?: TextMatch;
  /**
   * HTTP methods.
   * @default any
   * @example ["GET", "HEAD"]
   */
  readonly methods?: readonly string[];
}

/**
 * Where requests go instead of the service's own split: to one version of the same service, or to another
 * service of the mesh (or one version of it).
 * @example { version: "v2" }
 * @example { service: "production/mobile-backend" }
 */
export type RouteTarget =
  | { readonly version: string }
  | {
      /** The other service as `namespace/name`. */
      readonly service: string;
      /** One version of it. @default its own split */
      readonly version?: string;
    };

/** Requests with a mark go somewhere else, whatever the weights say: a canary for testers, an A/B test. */
export interface Experiment {
  /**
   * Name of the experiment, which is also that of its route.
   * @example "premium-users"
   */
  readonly name: string;
  /** Which requests take part; at least one condition. Several experiments are tried in the order written. */
  readonly match: RequestMatch;
  /** Where they go. */
  readonly to: RouteTarget;
}

/** Requests of some paths are treated in a way of their own. */
export interface PathRoute {
  /**
   * Name of the route.
   * @example "checkout"
   */
  readonly name: string;
  /**
   * Which requests; at least one condition. Routes are tried in the order written, after the experiments, whose
   * requests keep the rewrite, timeout and retries of a route without `to`.
   */
  readonly match: RequestMatch;
  /**
   * Where they go.
   * @default the service's own split
   */
  readonly to?: RouteTarget;
  /**
   * What replaces the matched part of the path.
   * @default the path stays
   * @example "/"
   */
  readonly rewritePath?: string;
  /** Limit of a whole request, retries included. @default the service's */
  readonly timeout?: Duration;
  /** What is tried again. @default the service's */
  readonly retries?: Retries;
}

/**
 * What makes a try count as failed and worth repeating: Envoy's conditions of `x-envoy-retry-on` and
 * `x-envoy-retry-grpc-on`.
 */
export type RetryCondition =
  | "5xx"
  | "gateway-error"
  | "reset"
  | "reset-before-request"
  | "connect-failure"
  | "refused-stream"
  | "retriable-4xx"
  | "cancelled"
  | "deadline-exceeded"
  | "internal"
  | "resource-exhausted"
  | "unavailable";

/** How often and when a request is tried again. */
export interface Retries {
  /**
   * Tries after the first one, from 0 (none) to 10.
   * @example 3
   */
  readonly attempts: number;
  /**
   * Limit of each try. As many of them as `attempts` says have to fit into the timeout.
   * @default the timeout of the whole request
   * @example "2s"
   */
  readonly perTryTimeout?: Duration;
  /**
   * What counts as failed.
   * @default connect-failure, refused-stream: what no workload has seen, so that every method may be repeated
   * @example ["5xx", "reset", "connect-failure"]
   */
  readonly on?: readonly RetryCondition[];
  /**
   * Which methods may be repeated after a workload may have seen the request; the others are tried again only
   * where none has. A repeated POST may charge a card twice, so say `"all"` only where the service recognizes a
   * repetition.
   * @default the idempotent ones of RFC 9110: DELETE, GET, HEAD, OPTIONS, PUT, TRACE
   */
  readonly methods?: "all" | readonly string[];
}

/**
 * A copy of requests goes to a shadow, whose answer nobody waits for. Requests that an experiment or a route sends
 * elsewhere are not copied.
 */
export interface Mirror {
  /** Who gets the copy. */
  readonly to: RouteTarget;
  /**
   * Percent of the requests that are copied.
   * @example 10
   */
  readonly percent: Percent;
}

/** A failure on purpose, to see what callers do. At least one of `delay` and `abort`. */
export interface FaultInjection {
  /**
   * Name of the fault, which is also that of its route where it has a match.
   * @example "test-fault"
   */
  readonly name: string;
  /**
   * Which requests may be hit, wherever they go.
   * @default every request that no experiment takes; there may be one such fault
   * @example { headers: { "x-test-fault": "true" } }
   */
  readonly match?: RequestMatch;
  /** Waits before the request is sent. @example { percent: 10, duration: "5s" } */
  readonly delay?: { readonly percent: Percent; readonly duration: Duration };
  /** Answers without sending the request. @example { percent: 5, status: 503 } */
  readonly abort?: { readonly percent: Percent; readonly status: number };
}

/**
 * A canary whose share is one number for the whole mesh: it stands in `rollouts.yaml` under `namespace/name`, so
 * that every region follows the same phase. Without an entry the canary gets nothing.
 */
export interface Rollout {
  /** Version that everybody uses, by the label `version` of its workloads. @example "v1" */
  readonly stable: string;
  /** Version on trial. @example "v2" */
  readonly canary: string;
}
