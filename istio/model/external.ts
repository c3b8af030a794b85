import type { ServicePort } from "./networking";
import type { IstioObject } from "./resource";

/** How the addresses of an external service are found. */
export type ExternalResolution = "DNS" | "DNS_ROUND_ROBIN" | "DYNAMIC_DNS" | "STATIC";

/** A host outside the mesh. */
export interface ExternalServiceEntrySpec {
  readonly hosts: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly location: "MESH_EXTERNAL";
  readonly resolution: ExternalResolution;
  readonly endpoints?: readonly { readonly address: string }[];
  /** Namespaces whose proxies are told of it; `.` is the object's own. */
  readonly exportTo: readonly string[];
}

/** How a proxy opens TLS to a host outside the mesh. */
export interface ExternalTls {
  readonly mode: "MUTUAL" | "SIMPLE";
  readonly sni: string;
  /** Names of which the certificate must have one: where `sni` is said, nothing else checks them. */
  readonly subjectAltNames: readonly string[];
  readonly caCertificates?: string;
  readonly credentialName?: string;
}

export type ExternalServiceEntry = IstioObject<"ServiceEntry", ExternalServiceEntrySpec>;
