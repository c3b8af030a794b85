/** What a proxy believes of one host: where its requests go, by its own dump. */
export interface Beliefs {
  /** Routes whose domains hold the host, by the name of their configuration. */
  readonly routes: readonly { readonly configuration: string; readonly routes: unknown }[];
  /** Clusters of the host. */
  readonly clusters: readonly string[];
  readonly endpoints: readonly {
    readonly cluster: string;
    readonly address: string;
    readonly locality: string;
    readonly health: string;
    readonly weight: number;
  }[];
}

interface Dump {
  readonly configs?: readonly Section[];
}

interface Section {
  readonly "@type"?: string;
  readonly dynamic_route_configs?: readonly { readonly route_config?: RouteConfiguration }[];
  readonly dynamic_active_clusters?: readonly { readonly cluster?: { readonly name?: string } }[];
  readonly dynamic_endpoint_configs?: readonly { readonly endpoint_config?: EndpointConfiguration }[];
}

interface RouteConfiguration {
  readonly name?: string;
  readonly virtual_hosts?: readonly { readonly domains?: readonly string[]; readonly routes?: unknown }[];
}

interface EndpointConfiguration {
  readonly cluster_name?: string;
  readonly endpoints?: readonly {
    readonly locality?: { readonly region?: string; readonly zone?: string };
    readonly lb_endpoints?: readonly {
      readonly endpoint?: {
        readonly address?: {
          readonly socket_address?: { readonly address?: string; readonly port_value?: number };
        };
      };
      readonly health_status?: string;
      readonly load_balancing_weight?: number;
    }[];
  }[];
}

/** Reads out of Envoy's `config_dump?include_eds` what concerns a host. */
export function beliefsOf(dump: unknown, host: string): Beliefs {
  const sections = (dump as Dump).configs ?? [];
  const routes = sections.flatMap(({ dynamic_route_configs: configs = [] }) =>
    configs.flatMap(({ route_config: configuration }) =>
      (configuration?.virtual_hosts ?? [])
        .filter(({ domains = [] }) => domains.some((domain) => domain.split(":")[0] === host))
        .map((virtual) => ({ configuration: configuration?.name ?? "", routes: virtual.routes })),
    ),
  );
  // A route may lead to other hosts than the one that was asked for.
  const named: readonly string[] = JSON.stringify(routes).match(/outbound\|[^"]+/g) ?? [];
  const concerns = (name: string): boolean =>
    named.includes(name) || name.split("|")[3]?.split(".")[0] === host.split(".")[0];
  const clusters = sections.flatMap(({ dynamic_active_clusters: active = [] }) =>
    active.flatMap(({ cluster }) =>
      cluster?.name !== undefined && concerns(cluster.name) ? [cluster.name] : [],
    ),
  );
  const endpoints = sections.flatMap(({ dynamic_endpoint_configs: configs = [] }) =>
    configs.flatMap(({ endpoint_config: configuration }) => endpointsOf(configuration, concerns)),
  );
  return { routes, clusters: [...new Set(clusters)].toSorted(), endpoints };
}

function endpointsOf(
  configuration: EndpointConfiguration | undefined,
  concerns: (cluster: string) => boolean,
): Beliefs["endpoints"] {
  const cluster = configuration?.cluster_name ?? "";
  if (!concerns(cluster)) return [];
  return (configuration?.endpoints ?? []).flatMap(({ locality, lb_endpoints: endpoints = [] }) =>
    endpoints.map((one) => {
      const at = one.endpoint?.address?.socket_address;
      return {
        cluster,
        address: `${at?.address ?? ""}:${at?.port_value ?? 0}`,
        locality: [locality?.region, locality?.zone].filter((part) => part !== undefined).join("/"),
        health: one.health_status ?? "",
        weight: one.load_balancing_weight ?? 0,
      };
    }),
  );
}
