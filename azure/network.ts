import type { SubnetPlan } from "../topology";
import type { AzureNames } from "./names";

/** Tags of every resource; `app.kubernetes.io/part-of` cannot be used, Azure refuses a slash in a tag's name. */
export type Tags = Readonly<Record<string, string>>;

/** What the network of a region is made of. */
export interface NetworkInput {
  readonly names: AzureNames;
  readonly location: string;
  readonly tags: Tags;
  /** Range of the whole virtual network. */
  readonly cidr: string;
  readonly subnets: SubnetPlan;
  /** Ranges that the pods of the other regions of this network have; empty where there is none. */
  readonly peerRanges: readonly string[];
  /** @default no gateway to other networks */
  readonly eastWest?: { readonly sources: readonly string[]; readonly ports: readonly number[] } | undefined;
}

/** One rule of a network security group. */
export interface SecurityRule {
  readonly name: string;
  readonly description: string;
  readonly priority: number;
  readonly direction: "Inbound";
  readonly access: "Allow";
  readonly protocol: "*" | "Tcp";
  readonly sourceAddressPrefix?: string;
  readonly sourceAddressPrefixes?: string[];
  readonly sourcePortRange: "*";
  readonly destinationAddressPrefix: string;
  readonly destinationPortRange?: string;
  readonly destinationPortRanges?: string[];
}

/** A subnet without the ids of what it hangs on. */
export interface SubnetSpec {
  /** Plain name, part of the logical name. */
  readonly key: string;
  readonly subnetName: string;
  readonly addressPrefix: string;
  /** Services that the subnet is given over to. */
  readonly delegations?: { readonly name: string; readonly serviceName: string }[];
}

/** Everything of a region's network that is known before anything exists. */
export interface NetworkSpec {
  readonly virtualNetwork: {
    readonly virtualNetworkName: string;
    readonly location: string;
    readonly addressSpace: { readonly addressPrefixes: string[] };
    readonly tags: Tags;
  };
  readonly securityGroup: {
    readonly networkSecurityGroupName: string;
    readonly location: string;
    readonly securityRules: SecurityRule[];
    readonly tags: Tags;
  };
  readonly nodes: SubnetSpec;
  /** Only where pods have a subnet of their own. */
  readonly pods?: SubnetSpec;
}

/**
 * The network of a region. Subnets are resources of their own and never stand inline as well: an update of
 * the virtual network would take away those that it does not list (pulumi-azure-native#611).
 */
export function networkSpec(input: NetworkInput): NetworkSpec {
  const { names, location, tags, subnets } = input;
  return {
    virtualNetwork: {
      virtualNetworkName: names.virtualNetwork,
      location,
      addressSpace: { addressPrefixes: [input.cidr] },
      tags,
    },
    securityGroup: {
      networkSecurityGroupName: names.securityGroup,
      location,
      securityRules: securityRules(input),
      tags,
    },
    nodes: { key: "nodes", subnetName: names.nodeSubnet, addressPrefix: subnets.nodes },
    ...(subnets.pods === undefined
      ? {}
      : {
          pods: {
            key: "pods",
            subnetName: names.podSubnet,
            addressPrefix: subnets.pods,
            delegations: [POD_SUBNET_DELEGATION],
          },
        }),
  };
}

/**
 * AKS gives the pods' subnet over to itself when the cluster is made; unsaid, the next refresh would plan to take
 * that away. Never on the nodes' subnet: AKS refuses a delegated one there (SubnetIsDelegated, azure-docs#69774).
 */
const POD_SUBNET_DELEGATION = {
  name: "aks-delegation",
  serviceName: "Microsoft.ContainerService/managedClusters",
};

/**
 * AKS keeps the rules of its own group on the nodes' interfaces, but leaves a group on a subnet of ours
 * alone: what the mesh needs must be said here (https://learn.microsoft.com/azure/aks/concepts-network).
 * Azure's default rules stand below. They let in the load balancer's probes and, as AllowVnetInBound, every
 * address of this network and of all that are peered with it; the rest of the Internet they refuse. So the
 * rule for peers bounds nobody: it says what the mesh rests on, and keeps it where somebody adds a Deny with a
 * priority after it. A bound would be that Deny, and none is made.
 */
function securityRules(input: NetworkInput): SecurityRule[] {
  const gateway: SecurityRule = {
    name: "gateway-from-internet",
    description: "Clients of the mesh reach the ingress gateway.",
    priority: 200,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "Internet",
    sourcePortRange: "*",
    // With floating IP, which AKS uses, the packet still carries the public address: any destination.
    destinationAddressPrefix: "*",
    destinationPortRanges: ["80", "443"],
  };
  const rules = [gateway, ...eastWestRules(input)];
  if (input.peerRanges.length === 0) return rules;
  const peers: SecurityRule = {
    name: "pods-of-peers",
    description: "Pods of the other regions reach pods of this one directly.",
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "*",
    sourceAddressPrefixes: input.peerRanges.toSorted(),
    sourcePortRange: "*",
    destinationAddressPrefix: input.cidr,
    destinationPortRange: "*",
  };
  return [peers, ...rules];
}

/** Only to named sources: who has no certificate of the mesh gets nowhere, but must not be able to knock either. */
function eastWestRules({ eastWest }: NetworkInput): SecurityRule[] {
  if (eastWest === undefined || eastWest.sources.length === 0) return [];
  return [
    {
      name: "east-west-from-peers",
      description:
        "Regions of other networks, and remotes of this region's istiod, reach the east-west gateway.",
      priority: 210,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefixes: [...new Set(eastWest.sources)].toSorted(),
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRanges: eastWest.ports.map(String),
    },
  ];
}

/** This side of a peering, without the ids of the two networks. */
export const PEERING = {
  // Pods call pods: the whole point of a flat mesh.
  allowVirtualNetworkAccess: true,
  // What another network sends through a peer is not taken: no transit, no gateway of theirs.
  allowForwardedTraffic: false,
  allowGatewayTransit: false,
  useRemoteGateways: false,
} as const;

/** A public address. */
export interface PublicAddressSpec {
  readonly publicIpAddressName: string;
  readonly location: string;
  readonly publicIPAllocationMethod: "Static";
  readonly publicIPAddressVersion: "IPv4";
  readonly sku: { readonly name: "Standard"; readonly tier: "Regional" };
  readonly zones?: string[];
  readonly dnsSettings?: { readonly domainNameLabel: string; readonly domainNameLabelScope?: "TenantReuse" };
  readonly tags: Tags;
}

/** What a public address is made from. */
export interface PublicAddressInput {
  readonly name: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly tags: Tags;
  /** Name in `<label>.<location>.cloudapp.azure.com`. */
  readonly dnsLabel?: string;
  /**
   * `tenant`: the name carries a hash of the tenant, so that nobody else's can be in the way.
   * @default "exact", the bare label
   */
  readonly dnsLabelScope?: "exact" | "tenant";
}

/** Standard and static: an AKS load balancer takes no other; over all zones: one that fails takes no address down. */
export function publicAddress(input: PublicAddressInput): PublicAddressSpec {
  return {
    publicIpAddressName: input.name,
    location: input.location,
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
    sku: { name: "Standard", tier: "Regional" },
    ...(input.zones.length === 0 ? {} : { zones: input.zones.toSorted() }),
    ...(input.dnsLabel === undefined
      ? {}
      : {
          dnsSettings: {
            domainNameLabel: input.dnsLabel,
            ...(input.dnsLabelScope === "tenant" ? { domainNameLabelScope: "TenantReuse" as const } : {}),
          },
        }),
    tags: input.tags,
  };
}
