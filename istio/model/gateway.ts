import type { IstioObject } from "./resource";

/** TLS of a gateway's server. */
export type ServerTls =
  | { readonly httpsRedirect: true }
  | { readonly mode: "PASSTHROUGH" }
  | { readonly mode: "ISTIO_MUTUAL" }
  | {
      readonly mode: "MUTUAL" | "SIMPLE";
      /** Secret in the namespace of the gateway's pods. */
      readonly credentialName: string;
      readonly minProtocolVersion: "TLSV1_2" | "TLSV1_3";
    };

export interface GatewayServer {
  readonly port: {
    readonly number: number;
    readonly name: string;
    readonly protocol: "GRPC" | "HTTP" | "HTTP2" | "HTTPS" | "TLS";
  };
  readonly hosts: readonly string[];
  readonly tls?: ServerTls;
}

export interface GatewaySpec {
  /** Labels of the gateway's pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
}

export type Gateway = IstioObject<"Gateway", GatewaySpec>;
