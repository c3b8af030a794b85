import type { IstioObject } from "./resource";

/** One way to compare a text; `regex` is RE2 and has to match all of it. */
export type StringMatch =
  { readonly exact: string } | { readonly prefix: string } | { readonly regex: string };

/** Requests that fulfil every condition; a route takes what any of its matches takes. */
export interface HttpMatch {
  /** Gateways at which the request arrived, or `mesh`; one of those of the VirtualService. */
  readonly gateways?: readonly string[];
  /** Port that was called. */
  readonly port?: number;
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
}

/** Where requests go: a host, and the part of its workloads that a DestinationRule names. */
export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number: number };
}

export interface WeightedDestination {
  readonly destination: Destination;
  readonly weight: number;
}

/** What becomes of the path: `uri` replaces the matched part of it, the other form what the expression finds. */
export type HttpRewrite =
  | { readonly uri: string }
  | { readonly uriRegexRewrite: { readonly match: string; readonly rewrite: string } };

export interface HttpRetry {
  readonly attempts: number;
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
}

/** Percent of requests, as Istio writes fractions. */
export interface Percentage {
  readonly value: number;
}

export interface HttpFault {
  readonly delay?: { readonly percentage: Percentage; readonly fixedDelay: string };
  readonly abort?: { readonly percentage: Percentage; readonly httpStatus: number };
}

/** Headers that the caller's proxy writes. */
export interface HttpHeaders {
  readonly response: { readonly set: Readonly<Record<string, string>> };
}

export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly fault?: HttpFault;
  readonly rewrite?: HttpRewrite;
  readonly headers?: HttpHeaders;
  readonly route: readonly WeightedDestination[];
  readonly mirror?: Destination;
  readonly mirrorPercentage?: Percentage;
  readonly timeout?: string;
  readonly retries?: HttpRetry;
}

/** Connections whose TLS goes on unopened, by the name that they ask for. */
export interface TlsRoute {
  readonly match: readonly {
    readonly gateways?: readonly string[];
    readonly port?: number;
    readonly sniHosts: readonly string[];
  }[];
  readonly route: readonly WeightedDestination[];
}

export interface VirtualServiceSpec {
  readonly hosts: readonly string[];
  /** Gateways whose requests are meant; without it those of the mesh's own proxies. */
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tls?: readonly TlsRoute[];
  /** Namespaces whose proxies are told of it; without it all. */
  readonly exportTo?: readonly string[];
}

export type VirtualService = IstioObject<"VirtualService", VirtualServiceSpec>;
