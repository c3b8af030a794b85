import { Cidr } from "../../topology";
import {
  at,
  entries,
  isAbsent,
  isUnknown,
  oneOf,
  parts,
  shown,
  texts,
  type Findings,
  type Props,
} from "./read";

/** A rule of a security group and where it stands. */
interface InboundRule {
  readonly path: string;
  readonly props: Props;
}

/** Rules that let something in by its port, of a group or of a rule that is a resource of its own. */
function inboundAllows(type: "group" | "rule", props: Props): readonly InboundRule[] {
  const all = type === "rule" ? [{ path: "", props }] : parts(props["securityRules"], "securityRules");
  return all.filter(
    ({ props: rule }) => rule["direction"] === "Inbound" && rule["access"] === "Allow" && hasPorts(rule),
  );
}

/** Other protocols know no ports: "*" is all that their rules can say there. */
function hasPorts({ protocol }: Props): boolean {
  if (isUnknown(protocol)) return false;
  return typeof protocol !== "string" || ["*", "tcp", "udp"].includes(protocol.toLowerCase());
}

const ANYBODY = ["*", "internet", "any", "0.0.0.0/0", "::/0"];

function fromAnybody(rule: Props): boolean {
  return texts([rule["sourceAddressPrefix"], ...listOf(rule["sourceAddressPrefixes"])]).some((source) =>
    ANYBODY.includes(source.toLowerCase()),
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function ports(rule: Props): readonly string[] {
  return texts([rule["destinationPortRange"], ...listOf(rule["destinationPortRanges"])]);
}

/** Nobody from the Internet reaches a port that machines are managed by; all ports at once is the rule below. */
export function managementPorts(type: "group" | "rule", props: Props, managed: readonly number[]): Findings {
  return inboundAllows(type, props).flatMap(({ path, props: rule }) => {
    if (!fromAnybody(rule)) return [];
    const open = managed.filter((port) => ports(rule).some((range) => range !== "*" && holds(range, port)));
    return open.map(
      (port) =>
        `${path}destinationPortRange lets the Internet in to port ${port}; allowed: from named ranges only.`,
    );
  });
}

function holds(range: string, port: number): boolean {
  const [from = NaN, to = from] = range.split("-").map(Number);
  return port >= from && port <= to;
}

/** No rule lets anybody in to everything. */
export function anyToAny(type: "group" | "rule", props: Props): Findings {
  return inboundAllows(type, props)
    .filter(
      ({ props: rule }) =>
        fromAnybody(rule) && ports(rule).some((range) => range === "*" || range === "0-65535"),
    )
    .map(
      ({ path }) =>
        `${path}destinationPortRange is "*" for the Internet; allowed: the ports that are served.`,
    );
}

/** Every subnet has a security group; Azure wants none on those of its own services. */
export function securityGroup(type: "network" | "subnet", props: Props, exempt: readonly string[]): Findings {
  const subnets = type === "subnet" ? [{ path: "", props }] : parts(props["subnets"], "subnets");
  return subnets.flatMap(({ path, props: subnet }) => {
    const name = subnet["subnetName"] ?? subnet["name"];
    if (isUnknown(name) || (typeof name === "string" && exempt.includes(name))) return [];
    const group = at(subnet, "networkSecurityGroup.id");
    return isAbsent(group) ? [`${path}networkSecurityGroup.id is not set; allowed: the id of a group.`] : [];
  });
}

/** A peering carries what the two networks say to each other, nothing that comes from further away. */
export function peeringTransit(peering: Props): Findings {
  return ["allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways"].flatMap((key) =>
    oneOf(peering, key, [false], "right"),
  );
}

/** The network uses addresses that the Internet does not. */
export function privateAddresses(network: Props): Findings {
  return entries(at(network, "addressSpace.addressPrefixes")).flatMap(([index, prefix]) => {
    const range = typeof prefix === "string" ? Cidr.tryParse(prefix) : undefined;
    if (range === undefined || PRIVATE.some((one) => one.contains(range))) return [];
    return [
      `addressSpace.addressPrefixes[${index}] is ${shown(prefix)}; allowed: ranges within ${PRIVATE.join(", ")}.`,
    ];
  });
}

/** RFC 1918, and the shared space of RFC 6598, which Azure allows as well. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((text) =>
  Cidr.parse(text),
);

/** The address is static and of the SKU that load balancers of today take; Azure has retired the other. */
export function standardAddress(address: Props): Findings {
  return [
    ...oneOf(address, "sku.name", ["Standard", "StandardV2"], "wrong"),
    ...oneOf(address, "publicIPAllocationMethod", ["Static"], "wrong"),
  ];
}

/** The address outlives the loss of a zone. */
export function addressZones(address: Props, minimum: number): Findings {
  const zones = address["zones"];
  if (isUnknown(zones) || (Array.isArray(zones) && zones.length >= minimum)) return [];
  return [`zones is ${shown(zones)}; allowed: at least ${minimum} zones.`];
}
