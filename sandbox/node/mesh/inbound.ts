/** What a proxy asks of those who call its workload, by its own dump. */
export interface InboundBeliefs {
  readonly chains: readonly InboundChain[];
}

/** How connections of one kind to one port are taken. */
export interface InboundChain {
  /** Absent where it is about all ports that no other is about. */
  readonly port?: number;
  /** `tls`, `raw_buffer`, or empty for both. */
  readonly transport: string;
  /** Application protocols that a TLS client must offer one of; empty for any. */
  readonly protocols: readonly string[];
  /** Whether only a caller with a certificate is let in. */
  readonly certificate: boolean;
  /** Filters that let requests and connections pass or not. */
  readonly filters: readonly unknown[];
}

/** Filters by which istiod makes policies hold. */
const DECIDING = /\.(rbac|jwt_authn)$/;

interface Dump {
  readonly configs?: readonly {
    readonly dynamic_listeners?: readonly {
      readonly name?: string;
      readonly active_state?: { readonly listener?: { readonly filter_chains?: readonly FilterChain[] } };
    }[];
  }[];
}

interface FilterChain {
  readonly filter_chain_match?: {
    readonly destination_port?: number;
    readonly transport_protocol?: string;
    readonly application_protocols?: readonly string[];
  };
  readonly transport_socket?: {
    readonly typed_config?: { readonly require_client_certificate?: boolean };
  };
  readonly filters?: readonly NetworkFilter[];
}

interface NetworkFilter {
  readonly name?: string;
  readonly typed_config?: { readonly http_filters?: readonly { readonly name?: string }[] };
}

/** Reads out of Envoy's `config_dump` how it takes connections to its workload. */
export function inboundOf(dump: unknown): InboundBeliefs {
  const chains = ((dump as Dump).configs ?? [])
    .flatMap(({ dynamic_listeners: listeners = [] }) => listeners)
    .filter(({ name }) => name === "virtualInbound")
    .flatMap(({ active_state: state }) => state?.listener?.filter_chains ?? [])
    .map((chain): InboundChain => {
      const match = chain.filter_chain_match ?? {};
      return {
        ...(match.destination_port === undefined ? {} : { port: match.destination_port }),
        transport: match.transport_protocol ?? "",
        protocols: match.application_protocols ?? [],
        certificate: chain.transport_socket?.typed_config?.require_client_certificate === true,
        filters: (chain.filters ?? []).flatMap((filter) =>
          [filter, ...(filter.typed_config?.http_filters ?? [])].filter(({ name = "" }) =>
            DECIDING.test(name),
          ),
        ),
      };
    });
  return { chains };
}
