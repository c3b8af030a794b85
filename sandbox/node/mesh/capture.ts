import type { KubeObject } from "../../kube";
import { DATA_PLANE, PART } from "./part";

/** Folder of the proxy's own files, as pilot-agent knows it; relative to the root of the container. */
export const PROXY_FOLDER = "etc/istio/proxy";

/** Sockets in that folder on which a proxy takes what iptables would redirect to it. */
export const OUTBOUND_SOCKET = "outbound";
export const INBOUND_SOCKET = "inbound";

/** The socket of a gateway's port. */
export function gatewaySocket(port: number): string {
  return `gateway-${port}`;
}

/** Where istiod looks for what holds for the whole mesh. */
export const ROOT_NAMESPACE = "istio-system";

const NAME = "sandbox-capture";

const PROXY_PROTOCOL = {
  name: "envoy.filters.listener.proxy_protocol",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
  },
} as const;

/** The filter that counts requests for the provider `prometheus` of Telemetry. */
const STATS = "istio.stats";

/**
 * Only Istio's own build of Envoy has that filter; upstream Envoy would refuse every listener with it, and serve nobody.
 * A Telemetry that asks for metrics is taken, and counts nothing.
 */
const WITHOUT_METRICS = [
  {
    applyTo: "HTTP_FILTER",
    match: {
      context: "ANY",
      listener: {
        filterChain: {
          filter: { name: "envoy.filters.network.http_connection_manager", subFilter: { name: STATS } },
        },
      },
    },
    patch: { operation: "REMOVE" },
  },
  {
    applyTo: "NETWORK_FILTER",
    match: { context: "ANY", listener: { filterChain: { filter: { name: STATS } } } },
    patch: { operation: "REMOVE" },
  },
] as const;

/** A gateway's port that is not known yet is closed: it would else be taken on every address of the machine. */
const UNBOUND = {
  applyTo: "LISTENER",
  match: { context: "GATEWAY" },
  patch: { operation: "MERGE", value: { bind_to_port: false } },
} as const;

/**
 * What stands in for iptables. The listeners that iptables redirects to stay as istiod makes them, but take their
 * connections on a socket in the proxy's folder, preceded by a PROXY protocol header that says where the connection
 * was going. Envoy takes that for the original destination, as it would take the kernel's answer, and goes on by
 * itself: to the listener of a Service, to the filter chain of a port. The paths are relative to the folder that the
 * proxy runs in, so one object holds for all pods.
 *
 * A socket and no loopback port for three reasons: where the kernel tracks connections, as on a machine with a
 * container runtime, it would be asked for the original destination after the header and overrule it; gateways listen
 * below port 1024; and only the user who runs the sandbox can open a socket in it.
 */
export function captureFilter(gatewayPorts: readonly number[]): KubeObject {
  const ports = [...new Set(gatewayPorts)].toSorted((a, b) => a - b);
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: NAME, namespace: ROOT_NAMESPACE, labels: { [PART]: DATA_PLANE } },
    spec: {
      // Last, so that a filter of the mesh itself finds the listeners as istiod made them.
      priority: 1000,
      configPatches: [
        ...WITHOUT_METRICS,
        ...moved("SIDECAR_OUTBOUND", "virtualOutbound", OUTBOUND_SOCKET),
        ...moved("SIDECAR_INBOUND", "virtualInbound", INBOUND_SOCKET),
        UNBOUND,
        ...ports.flatMap((port) => moved("GATEWAY", `0.0.0.0_${port}`, gatewaySocket(port))),
      ],
    },
  };
}

/** The header by which a connection says where it comes from and where it was going. */
export function proxyHeader(from: Endpoint, to: Endpoint): string {
  return `PROXY TCP4 ${from.address} ${to.address} ${from.port} ${to.port}\r\n`;
}

/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

function moved(context: string, name: string, socket: string) {
  const match = { context, listener: { name } };
  const address = { pipe: { path: `./${PROXY_FOLDER}/${socket}` } };
  return [
    {
      applyTo: "LISTENER",
      match,
      patch: { operation: "MERGE", value: { address, bind_to_port: true } },
    },
    { applyTo: "LISTENER_FILTER", match, patch: { operation: "INSERT_FIRST", value: PROXY_PROTOCOL } },
  ];
}
