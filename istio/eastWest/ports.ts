/** Name of the east-west gateway's release; the chart derives the label `istio: eastwestgateway` from it. */
export const EAST_WEST_NAME = "istio-eastwestgateway";

/** Namespace of the east-west gateway: apart from the ingress gateway, whose owners and exposure are others. */
export const EAST_WEST_NAMESPACE = "istio-eastwest";

/** Selects the pods of east-west gateways, in every cluster that reads the object. */
export const EAST_WEST_SELECTOR = { istio: "eastwestgateway" } as const;

/** A port of the gateway's Service, and of the proxy behind it. */
export interface EastWestPort {
  readonly name: string;
  readonly port: number;
}

/** Where workloads of other networks come in. */
export const CROSS_NETWORK_PORT = { name: "tls", port: 15443 } as const satisfies EastWestPort;

/** Where remotes' proxies ask for configuration and certificates. */
export const ISTIOD_PORT = { name: "tls-istiod", port: 15012 } as const satisfies EastWestPort;

/** Where remotes' API servers ask for the injection of proxies. */
export const WEBHOOK_PORT = { name: "tls-webhook", port: 15017 } as const satisfies EastWestPort;

/** The ports that an east-west gateway serves: those of istiod only where remotes use it. */
export function eastWestPorts(exposesIstiod: boolean): readonly EastWestPort[] {
  return exposesIstiod ? [CROSS_NETWORK_PORT, ISTIOD_PORT, WEBHOOK_PORT] : [CROSS_NETWORK_PORT];
}
