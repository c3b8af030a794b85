import type { ConnectionPoolSettings } from "./destinationRule";
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

/** Limits and TLS towards a host outside the mesh. */
export interface ExternalPolicy {
  readonly connectionPool?: ConnectionPoolSettings;
  readonly tls?: ExternalTls;
}

export interface ExternalRuleSpec {
  readonly host: string;
  readonly trafficPolicy: ExternalPolicy & {
    readonly portLevelSettings?: readonly (ExternalPolicy & { readonly port: { readonly number: number } })[];
  };
  readonly exportTo: readonly string[];
}

/** Ways to the egress gateway, one for each name that it tells its servers apart by. */
export interface EgressRuleSpec {
  readonly host: string;
  readonly subsets: readonly {
    readonly name: string;
    readonly trafficPolicy: {
      readonly portLevelSettings: readonly {
        readonly port: { readonly number: number };
        readonly tls: { readonly mode: "ISTIO_MUTUAL"; readonly sni: string };
      }[];
    };
  }[];
}

export type EgressRule = IstioObject<"DestinationRule", EgressRuleSpec>;
export type ExternalRule = IstioObject<"DestinationRule", ExternalRuleSpec>;
export type ExternalServiceEntry = IstioObject<"ServiceEntry", ExternalServiceEntrySpec>;
