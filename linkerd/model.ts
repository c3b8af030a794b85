import type { IstioObject, WorkloadSelector } from "../istio/model";

/** A namespaced custom resource that Linkerd reads; the types below narrow `kind` and `spec`. */
export type LinkerdObject<Kind extends string = string, Spec extends object = object> = IstioObject<
  Kind,
  Spec
>;

/**
 * API version of routes. Linkerd reads this one and `policy.linkerd.io` alike, and its guides use the Gateway API's
 * since 2.18; its own is kept for what the Gateway API had not settled then.
 */
export const GATEWAY_V1 = "gateway.networking.k8s.io/v1";

/** API version of Server, the stored one. */
export const SERVER_V1BETA3 = "policy.linkerd.io/v1beta3";

/** API version of authentications and of what they are asked for; the only one. */
export const POLICY_V1ALPHA1 = "policy.linkerd.io/v1alpha1";

/** Group of the two, as references name it. */
export const POLICY_GROUP = "policy.linkerd.io";

/** A Service whose clients a route is for. */
export interface ParentReference {
  /** `core`, as Linkerd's guides have it: the empty group of the Gateway API means the same. */
  readonly group: "core";
  readonly kind: "Service";
  readonly name: string;
  readonly port: number;
}

/** A Service of the route's own namespace that requests go to. */
export interface BackendReference {
  readonly name: string;
  readonly port: number;
  /** @default 1, which says something only beside other backends */
  readonly weight?: number;
}

export interface RouteRule {
  readonly matches?: readonly { readonly method: string }[];
  readonly backendRefs: readonly BackendReference[];
}

export interface HttpRouteSpec {
  readonly parentRefs: readonly ParentReference[];
  readonly rules: readonly RouteRule[];
}

/** What a Server lets in that no AuthorizationPolicy names. */
export type InboundPolicy = "all-authenticated" | "all-unauthenticated" | "deny";

export interface ServerSpec {
  readonly podSelector: WorkloadSelector;
  readonly port: number;
  readonly proxyProtocol: "HTTP/1" | "HTTP/2" | "gRPC" | "opaque" | "TLS";
  readonly accessPolicy: InboundPolicy;
}

export interface MeshTlsAuthenticationSpec {
  readonly identities: readonly string[];
}

export interface AuthorizationPolicySpec {
  readonly targetRef: { readonly group: typeof POLICY_GROUP; readonly kind: "Server"; readonly name: string };
  readonly requiredAuthenticationRefs: readonly {
    readonly group: typeof POLICY_GROUP;
    readonly kind: "MeshTLSAuthentication";
    readonly name: string;
  }[];
}

export type HttpRoute = LinkerdObject<"HTTPRoute", HttpRouteSpec>;
export type Server = LinkerdObject<"Server", ServerSpec>;
export type MeshTlsAuthentication = LinkerdObject<"MeshTLSAuthentication", MeshTlsAuthenticationSpec>;
export type AuthorizationPolicy = LinkerdObject<"AuthorizationPolicy", AuthorizationPolicySpec>;
