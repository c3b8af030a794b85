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

export interface AuthorizationRule {
  readonly from?: readonly { readonly source: { readonly principals: readonly string[] } }[];
  readonly to?: readonly { readonly operation: Operation }[];
}

export interface Operation {
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
}

export interface AuthorizationPolicySpec {
  readonly selector: WorkloadSelector;
  readonly action: "ALLOW";
  readonly rules?: readonly AuthorizationRule[];
}

export type PeerAuthentication = IstioObject<"PeerAuthentication", PeerAuthenticationSpec>;
export type AuthorizationPolicy = IstioObject<"AuthorizationPolicy", AuthorizationPolicySpec>;
