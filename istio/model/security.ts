import type { IstioObject, WorkloadSelector } from "./resource";

/** API version of the security resources. */
export const SECURITY_V1 = "security.istio.io/v1";

/** What a workload accepts: `STRICT` only mutual TLS, `PERMISSIVE` plaintext as well. */
export type MtlsMode = "STRICT" | "PERMISSIVE";

export interface PeerAuthenticationSpec {
  readonly selector?: WorkloadSelector;
  readonly mtls?: { readonly mode: MtlsMode };
  /** Keys are the numbers of workload ports, not of Service ports. */
  readonly portLevelMtls?: Readonly<Record<string, { readonly mode: MtlsMode }>>;
}

/** Rules are OR-ed; within one, a source, an operation and every condition must match. */
export interface AuthorizationRule {
  readonly from?: readonly { readonly source: Source }[];
  readonly to?: readonly { readonly operation: Operation }[];
  readonly when?: readonly Condition[];
}

/** Who calls. Values of a field are OR-ed, fields AND-ed; a `not…` field matches a caller without identity, too. */
export interface Source {
  readonly principals?: readonly string[];
  readonly notPrincipals?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly notNamespaces?: readonly string[];
  readonly requestPrincipals?: readonly string[];
  readonly notRequestPrincipals?: readonly string[];
}

export interface Operation {
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
}

/** A further attribute of the request, as in `request.auth.claims[role]`. */
export interface Condition {
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

export interface AuthorizationPolicySpec {
  /** Without it the policy is about every workload of its namespace. */
  readonly selector?: WorkloadSelector;
  /** Istio reads none as ALLOW. */
  readonly action?: "ALLOW" | "DENY";
  readonly rules?: readonly AuthorizationRule[];
}

export interface JwtRule {
  readonly issuer: string;
  readonly audiences?: readonly string[];
  readonly jwksUri?: string;
  readonly jwks?: string;
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[];
  readonly forwardOriginalToken?: boolean;
  readonly outputClaimToHeaders?: readonly { readonly header: string; readonly claim: string }[];
}

export interface RequestAuthenticationSpec {
  readonly selector: WorkloadSelector;
  readonly jwtRules: readonly JwtRule[];
}

export type PeerAuthentication = IstioObject<"PeerAuthentication", PeerAuthenticationSpec>;
export type AuthorizationPolicy = IstioObject<"AuthorizationPolicy", AuthorizationPolicySpec>;
export type RequestAuthentication = IstioObject<"RequestAuthentication", RequestAuthenticationSpec>;
