import { Cidr } from "../../topology";
import { dnsServiceAddress } from "../cluster";
import { at, entries, isAbsent, isUnknown, oneOf, shown, type Findings, type Props } from "./read";

/** Something enforces NetworkPolicy objects. */
export function networkPolicyEngine(cluster: Props, engines: readonly string[]): Findings {
  return oneOf(cluster, "networkProfile.networkPolicy", engines, "wrong");
}

/** Pods are in the virtual network; where nothing is said ARM takes kubenet, which Azure gives up in 2028. */
export function networkPlugin(cluster: Props, plugins: readonly string[]): Findings {
  return oneOf(cluster, "networkProfile.networkPlugin", plugins, "wrong");
}

/** The load balancer is not the basic one, which Azure has retired; the default is standard. */
export function loadBalancer(cluster: Props): Findings {
  return oneOf(cluster, "networkProfile.loadBalancerSku", ["standard"], "right");
}

/** The DNS service has an address that the range of Services can give it: inside, and not the API server's. */
export function dnsServiceIp(cluster: Props): Findings {
  const [range, address] = [
    at(cluster, "networkProfile.serviceCidr"),
    at(cluster, "networkProfile.dnsServiceIP"),
  ];
  // Azure takes both from its own defaults; one alone is a range that the other's default is seldom in.
  if (isUnknown(range) || isUnknown(address) || (isAbsent(range) && isAbsent(address))) return [];
  const cidr = typeof range === "string" ? Cidr.tryParse(range) : undefined;
  const lone = typeof address === "string" ? Cidr.tryParse(`${address}/32`) : undefined;
  if (cidr === undefined || lone === undefined) {
    return [
      `networkProfile.serviceCidr is ${shown(range)} and networkProfile.dnsServiceIP ${shown(address)}; ` +
        "allowed: a range and an address in it.",
    ];
  }
  if (cidr.contains(lone) && address !== cidr.address(1)) return [];
  return [
    `networkProfile.dnsServiceIP is "${String(address)}"; allowed: an address of ${cidr.toString()} ` +
      `that is not ${cidr.address(1)}, for example ${dnsServiceAddress(cidr.toString())}.`,
  ];
}

/** Ranges that AKS keeps for itself (https://learn.microsoft.com/azure/aks/configure-azure-cni). */
const RESERVED = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"].map((text) =>
  Cidr.parse(text),
);

/** No range of the cluster or of its network is one that AKS keeps for itself. */
export function reservedRanges(type: "cluster" | "network", props: Props): Findings {
  const said: readonly (readonly [string, unknown])[] =
    type === "cluster"
      ? ["serviceCidr", "podCidr"].map(
          (key) => [`networkProfile.${key}`, at(props, `networkProfile.${key}`)] as const,
        )
      : entries(at(props, "addressSpace.addressPrefixes")).map(
          ([index, prefix]) => [`addressSpace.addressPrefixes[${index}]`, prefix] as const,
        );
  return said.flatMap(([path, value]) => {
    const range = typeof value === "string" ? Cidr.tryParse(value) : undefined;
    const kept = range === undefined ? undefined : RESERVED.find((one) => one.overlaps(range));
    if (kept === undefined) return [];
    return [
      `${path} is ${shown(value)}; allowed: ranges apart from ${kept.toString()}, which AKS uses itself.`,
    ];
  });
}
