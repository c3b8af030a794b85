import { X509Certificate } from "node:crypto";

/** What a region's istiod signs workload certificates with; the value of the output `intermediate-<region>`. */
export interface Intermediate {
  readonly certPem: string;
  readonly keyPem: string;
  /** The intermediate followed by the root that signed it. */
  readonly chainPem: string;
  /** All roots that workloads trust, in the order of the setting. */
  readonly roots: readonly string[];
}

/** Uses of a certificate that signs others. */
export const CA_USES = ["cert_signing", "crl_signing", "digital_signature"] as const;

/** How long certificates live, in the unit of the library. */
export interface Lifetimes {
  readonly rootHours: number;
  readonly intermediateHours: number;
  readonly renewBeforeHours: number;
}

/** Settings of lifetimes. */
export interface LifetimeSettings {
  readonly rootValidityYears: number;
  readonly intermediateValidityYears: number;
  readonly renewBeforeDays: number;
}

/** Years of 365 days, so that no leap day makes a certificate of the same setting another one. */
export function lifetimes(settings: LifetimeSettings): Lifetimes {
  return {
    rootHours: settings.rootValidityYears * 365 * 24,
    intermediateHours: settings.intermediateValidityYears * 365 * 24,
    renewBeforeHours: settings.renewBeforeDays * 24,
  };
}

/**
 * Subject of a root or an intermediate. Each has a name of its own: chains are built by name, and two issuers
 * of one name cost a user days (istio#39987). istiod reads the organization of its own certificate's issuer.
 */
export function subject(commonName: string, meshId: string): { commonName: string; organization: string } {
  return { commonName: `${commonName} ${meshId}`, organization: meshId };
}

/** Joins certificates so that each begins on a line of its own and the file ends with one. */
export function joinPem(...certificates: readonly string[]): string {
  return certificates.map((pem) => `${pem.trimEnd()}\n`).join("");
}

/** SHA-256 of the certificate as `openssl x509 -fingerprint -sha256` prints it. */
export function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

/** Files of the Secret that istiod takes its CA from; the names are istiod's. */
export function caSecretFiles(intermediate: Intermediate): Record<string, string> {
  return {
    "ca-cert.pem": joinPem(intermediate.certPem),
    "ca-key.pem": joinPem(intermediate.keyPem),
    "root-cert.pem": joinPem(...intermediate.roots),
    "cert-chain.pem": joinPem(intermediate.chainPem),
  };
}
