import type { Duration } from "./units";

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
        /** Life of a cookie that the proxy sets where the client has none. `"0s"`: the session's. */
        readonly ttl: Duration;
        /** @default no path: the one of the request */
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
