import type { TextMatch } from "./units";

/**
 * A token bucket in each workload's own proxy: no service is asked, so every workload counts for itself, and each of its
 * ports, too. Where plaintext is let in beside mutual TLS, each of the two has a bucket of its own.
 */
export interface LocalRateLimit {
  /** Requests that a workload lets through in a time; the others are answered with 429. @example 100 */
  readonly requests: number;
  /** The time. @example "60s" */
  readonly per: `${number}s` | `${number}m` | `${number}h`;
  /** Size of the bucket: what may come at once after a quiet time. @default the value of `requests` */
  readonly burst?: number;
}

/** A limit that all proxies of a cluster count together, by asking a rate limit service. */
export interface GlobalRateLimit {
  /** Name of the limit, by which the rate limit service counts it. @example "per-user" */
  readonly name: string;
  /** Header whose value is counted for itself; a request without it is not limited. @example "x-user-id" */
  readonly perHeader: string;
  /** Paths that count, without their query, as in `RequestMatch`. @default every path @example { prefix: "/api" } */
  readonly path?: TextMatch;
  /** Requests let through in a time, for each value. @example 100 */
  readonly requests: number;
  /** The time; the rate limit service knows no other ones. @example "minute" */
  readonly per: "second" | "minute" | "hour" | "day";
}

/** The rate limit service that proxies ask (github.com/envoyproxy/ratelimit), and what happens without it. */
export interface RateLimitService {
  /**
   * Host of a Kubernetes Service, and its gRPC port.
   * @example "ratelimit.istio-system.svc.cluster.local:8081"
   */
  readonly address: string;
  /**
   * ConfigMap in the service's namespace, made by us, that the rate limit service mounts as its configuration.
   * @default "ratelimit-config"
   */
  readonly configMap?: string;
  /** Limit of the question, in milliseconds. @default 20 */
  readonly timeoutMs?: number;
  /** Whether requests are refused with 500 while the service does not answer. @default false: they pass */
  readonly failClosed?: boolean;
}
