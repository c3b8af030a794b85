import { Cidr } from "../../topology";
import { dnsServiceAddress } from "../cluster";
import {
  at,
  entries,
  isAbsent,
  isUnknown,
  oneOf,
  shown,
  texts,
  unlessPreset,
  type Findings,
  type Props,
} from "./read";

/** Something enforces NetworkPolicy objects; a network of one's own brings its engine, of which Azure knows nothing. */
export function networkPolicyEngine(cluster: Props, engines: readonly string[]): Findings {
  const plugin = at(cluster, "networkProfile.networkPlugin");
  if (isUnknown(plugin) || (typeof plugin === "string" && plugin.toLowerCase() === "none")) return [];
  return oneOf(cluster, "networkProfile.networkPolicy", engines, unlessPreset(cluster));
}

/** Pods are in the virtual network; where nothing is said ARM takes kubenet, which Azure gives up in 2028. */
export function networkPlugin(cluster: Props, plugins: readonly string[]): Findings {
  return oneOf(cluster, "networkProfile.networkPlugin", plugins, unlessPreset(cluster));
}

/** The load balancer is not the basic one, which Azure has retired; the default is standard. */
export function loadBalancer(cluster: Props): Findings {
  return oneOf(cluster, "networkProfile.loadBalancerSku", ["standard"], "right");
}

/** What ARM takes for the range of Services and for the address of the DNS service, each where it is not named. */
const SERVICE_DEFAULTS = { serviceCidr: "10.0.0.0/16", dnsServiceIP: "10.0.0.10" };

/** The DNS service has an address that the range of Services can give it: inside, and not the API server's. */
export function dnsServiceIp(cluster: Props): Findings {
  const [one, list, said] = ["serviceCidr", "serviceCidrs", "dnsServiceIP"].map((key) =>
    at(cluster, `networkProfile.${key}`),
  );
  if ([one, list, said].some(isUnknown) || (Array.isArray(list) && list.some(isUnknown))) return [];
  // Of two families the DNS service has an address of IPv4.
  const range = one ?? texts(list).find((text) => Cidr.tryParse(text)) ?? SERVICE_DEFAULTS.serviceCidr;
  const address = said ?? SERVICE_DEFAULTS.dnsServiceIP;
  const cidr = typeof range === "string" ? Cidr.tryParse(range) : undefined;
  const lone = typeof address === "string" ? Cidr.tryParse(`${address}/32`) : undefined;
  if (cidr === undefined || lone === undefined) {
    return [
      `networkProfile.serviceCidr is ${shown(range)} and networkProfile.dnsServiceIP ${shown(address)}; ` +
        "allowed: a range and an address in it.",
    ];
  }
  if (cidr.contains(lone) && address !== cidr.address(1)) return [];
  const got = isAbsent(said) ? `not set, for which Azure takes ${shown(address)}` : shown(said);
  return [
    `networkProfile.dnsServiceIP is ${got}; allowed: an address of ${cidr.toString()} ` +
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
      ? ["serviceCidr", "podCidr"].flatMap((key) => [
          [`networkProfile.${key}`, at(props, `networkProfile.${key}`)] as const,
          ...entries(at(props, `networkProfile.${key}s`)).map(
            ([index, range]) => [`networkProfile.${key}s[${index}]`, range] as const,
          ),
        ])
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
