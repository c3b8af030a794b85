import type { Duration, Percent } from "./units";

/**
 * How a client chooses among the workloads of a service.
 * @example "LEAST_REQUEST"
 * @example { hashBy: { header: "x-user-id" } }
 */
export type LoadBalancing = "LEAST_REQUEST" | "RANDOM" | "ROUND_ROBIN" | ConsistentHash;

/** Requests with the same key go to the same workload, as long as it lives. */
export interface ConsistentHash {
  /** Where the key comes from: exactly one. */
  readonly hashBy:
    | { readonly header: string }
    | {
        readonly cookie: string;
        /** Life of a cookie that the proxy sets where the client has none; `"0s"` is that of the session. */
        readonly ttl: Duration;
        /** Path of that cookie. @default none: the browser takes the request's @example "/" */
        readonly path?: string;
      }
    | { readonly queryParameter: string }
    | { readonly sourceAddress: true };
  /**
   * Least number of points on the ring; more spread the keys more evenly.
   * @default Envoy's 1024
   */
  readonly minimumRingSize?: number;
}

/**
 * Limits towards the workloads of a service, for each client proxy; what goes beyond them is answered with 503 at
 * once (circuit breaking).
 */
export interface ConnectionPool {
  /** TCP connections to all workloads together. @default Envoy's 2^32-1 @example 100 */
  readonly maxConnections?: number;
  /** Limit for making a connection. @default Istio's 10s @example "5s" */
  readonly connectTimeout?: Duration;
  /** Requests that wait for a connection. @default 2^32-1 @example 50 */
  readonly http1MaxPendingRequests?: number;
  /** Requests under way at the same time. @default 2^32-1 @example 100 */
  readonly http2MaxRequests?: number;
  /** Requests after which a connection is closed; 1 turns keep-alive off. @default no limit @example 2 */
  readonly maxRequestsPerConnection?: number;
  /** Retries under way at the same time. @default 2^32-1 @example 3 */
  readonly maxRetries?: number;
  /** Time without a request after which a connection is closed. @default 1h @example "30s" */
  readonly idleTimeout?: Duration;
}

/**
 * When a failing workload is left out for a while. Every client proxy judges by what it sees itself.
 * @example { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" }
 */
export interface Outlier {
  /** Answers 502, 503 and 504 and failed connections in a row; 0 turns it off. @default 5 */
  readonly consecutiveGatewayErrors?: number;
  /** Answers 5xx of any kind in a row; 0 turns it off. @default 0: a 500 is mostly the request's fault @example 5 */
  readonly consecutive5xxErrors?: number;
  /** Time between two looks at who is left out. @default "5s" @example "30s" */
  readonly interval?: Duration;
  /** Shortest time out; it grows with every time. @default "30s" */
  readonly baseEjectionTime?: Duration;
  /** Largest part of the workloads that may be out at once. @default 100 @example 50 */
  readonly maxEjectionPercent?: Percent;
  /** Part of healthy workloads below which all are used again. @default 0: never @example 50 */
  readonly minHealthPercent?: Percent;
}
