import { metadata, type IstioObject } from "../model";
import {
  CROSS_NETWORK_PORT,
  EAST_WEST_NAME,
  EAST_WEST_NAMESPACE,
  EAST_WEST_SELECTOR,
  ISTIOD_PORT,
  WEBHOOK_PORT,
  type EastWestPort,
} from "./ports";

const NETWORKING_V1 = "networking.istio.io/v1";

/** A Gateway whose servers look at the name that a client asks for, and at nothing behind it. */
export type PassthroughGateway = IstioObject<
  "Gateway",
  {
    readonly selector: Readonly<Record<string, string>>;
    readonly servers: readonly {
      readonly port: { readonly number: number; readonly name: string; readonly protocol: "TLS" };
      readonly tls: { readonly mode: "AUTO_PASSTHROUGH" | "PASSTHROUGH" };
      readonly hosts: readonly string[];
    }[];
  }
>;

/** A VirtualService that sends what came in by a Gateway on without opening it. */
export type PassthroughRoute = IstioObject<
  "VirtualService",
  {
    readonly hosts: readonly string[];
    readonly gateways: readonly string[];
    readonly tls: readonly {
      readonly match: readonly { readonly port: number; readonly sniHosts: readonly string[] }[];
      readonly route: readonly {
        readonly destination: { readonly host: string; readonly port: { readonly number: number } };
      }[];
    }[];
  }
>;

/** What the objects of an east-west gateway follow from. */
export interface EastWestObjectsInput {
  /** Hosts that exist in no cluster's DNS, and that pods of several networks serve. */
  readonly globalHosts: readonly string[];
  /** Revision of istiod, where remotes reach it by the gateway. @default istiod is not exposed */
  readonly exposedRevision?: string | undefined;
}

/**
 * What an east-west gateway does. Services of other networks are asked for by their names in the mesh; a global
 * host ends in no `.local`, so it is named. The mutual TLS between the workloads goes through unopened.
 */
export function eastWestObjects(input: EastWestObjectsInput): readonly IstioObject[] {
  const { exposedRevision } = input;
  return [
    crossNetworkGateway(input.globalHosts),
    ...(exposedRevision === undefined ? [] : [istiodGateway(exposedRevision), istiodRoute(exposedRevision)]),
  ];
}

function crossNetworkGateway(globalHosts: readonly string[]): PassthroughGateway {
  return gateway("cross-network-gateway", [
    server(CROSS_NETWORK_PORT, "AUTO_PASSTHROUGH", ["*.local", ...new Set(globalHosts.toSorted())]),
  ]);
}

/**
 * Istio's own sample takes every name here. Proxies and API servers ask for the Service's, so only that one is let
 * through: proxies by their discovery address, API servers by the Service that the webhook names.
 */
function istiodGateway(revision: string): PassthroughGateway {
  const hosts = [istiodHost(revision)];
  return gateway("istiod-gateway", [
    server(ISTIOD_PORT, "PASSTHROUGH", hosts),
    server(WEBHOOK_PORT, "PASSTHROUGH", hosts),
  ]);
}

function istiodRoute(revision: string): PassthroughRoute {
  const host = istiodHost(revision);
  const to = (from: EastWestPort, number: number) => ({
    match: [{ port: from.port, sniHosts: [host] }],
    route: [{ destination: { host: `${host}.cluster.local`, port: { number } } }],
  });
  return {
    apiVersion: NETWORKING_V1,
    kind: "VirtualService",
    metadata: metadata(EAST_WEST_NAME, EAST_WEST_NAMESPACE, "istiod"),
    spec: {
      hosts: [host],
      gateways: ["istiod-gateway"],
      tls: [to(ISTIOD_PORT, 15012), to(WEBHOOK_PORT, 443)],
    },
  };
}

/** The name that istiod's certificate carries, as remotes ask for it. */
function istiodHost(revision: string): string {
  return `istiod${revision === "default" ? "" : `-${revision}`}.istio-system.svc`;
}

function gateway(name: string, servers: PassthroughGateway["spec"]["servers"]): PassthroughGateway {
  return {
    apiVersion: NETWORKING_V1,
    kind: "Gateway",
    metadata: metadata(EAST_WEST_NAME, EAST_WEST_NAMESPACE, name),
    spec: { selector: EAST_WEST_SELECTOR, servers },
  };
}

function server(
  { name, port }: EastWestPort,
  mode: PassthroughGateway["spec"]["servers"][number]["tls"]["mode"],
  hosts: readonly string[],
): PassthroughGateway["spec"]["servers"][number] {
  return { port: { number: port, name, protocol: "TLS" }, tls: { mode }, hosts };
}
