import type { Cases } from "../support/cases";

const GROUP = "azure-native:network:NetworkSecurityGroup";
const GROUP_RULE = "azure-native:network:SecurityRule";
const NETWORK = "azure-native:network:VirtualNetwork";
const SUBNET = "azure-native:network:Subnet";
const PEERING = "azure-native:network:VirtualNetworkPeering";
const ADDRESS = "azure-native:network:PublicIPAddress";

export const networkCases: Cases = {
  "nsg-management-ports": {
    on: GROUP,
    mutate: { "securityRules[1].destinationPortRanges": ["80", "20-25"] },
    says: /^securityRules\[1\]\.destinationPortRange lets the Internet in to port 22; allowed: from named ranges only\.$/,
    absent: { change: { securityRules: undefined } },
    configured: { settings: { ports: [443] }, says: /port 443/ },
  },
  "nsg-any-to-any": {
    on: GROUP_RULE,
    good: {
      access: "Allow",
      direction: "Inbound",
      protocol: "Tcp",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "443",
      priority: 300,
    },
    mutate: { destinationPortRange: "*" },
    says: /^destinationPortRange is "\*" for the Internet; allowed: the ports that are served\.$/,
    absent: { change: { destinationPortRange: undefined } },
    configured: { settings: { except: ["sample"] }, change: { destinationPortRange: "*" } },
  },
  "subnet-security-group": {
    on: SUBNET,
    mutate: { networkSecurityGroup: undefined },
    says: /^networkSecurityGroup\.id is not set; allowed: the id of a group\.$/,
    absent: { change: { "networkSecurityGroup.id": undefined }, says: /is not set/ },
    configured: {
      settings: { exempt: ["edge"] },
      change: { subnetName: "edge", networkSecurityGroup: undefined },
    },
  },
  "peering-no-transit": {
    on: PEERING,
    mutate: { allowForwardedTraffic: true },
    says: /^allowForwardedTraffic is true; allowed: false\.$/,
    absent: {
      change: {
        allowForwardedTraffic: undefined,
        allowGatewayTransit: undefined,
        useRemoteGateways: undefined,
      },
    },
    configured: { settings: { except: ["peering-westeurope"] }, change: { useRemoteGateways: true } },
  },
  "network-private-addresses": {
    on: NETWORK,
    mutate: { "addressSpace.addressPrefixes[0]": "20.30.0.0/16" },
    says: /^addressSpace\.addressPrefixes\[0\] is "20\.30\.0\.0\/16"; allowed: ranges within 10\.0\.0\.0\/8, /,
    absent: { change: { addressSpace: undefined } },
    configured: {
      settings: { except: ["eastus-cluster-network-virtual-network"] },
      change: { "addressSpace.addressPrefixes[0]": "20.30.0.0/16" },
    },
  },
  "public-ip-standard": {
    on: ADDRESS,
    mutate: { "sku.name": "Basic" },
    says: /^sku\.name is "Basic"; allowed: Standard, StandardV2\.$/,
    absent: { change: { sku: undefined }, says: /^sku\.name is not set/ },
    configured: {
      settings: { except: ["eastus-cluster-addresses-gateway"] },
      change: { publicIPAllocationMethod: "Dynamic" },
    },
  },
  "public-ip-zones": {
    on: ADDRESS,
    mutate: { zones: ["2"] },
    says: /^zones is \["2"\]; allowed: at least 2 zones\.$/,
    absent: { change: { zones: undefined }, says: /is not set/ },
    configured: { settings: { minimum: 1 }, change: { zones: ["1"] } },
  },
  "azure-tags": {
    on: GROUP,
    mutate: { tags: {} },
    says: /^tags is not set; allowed: at least one tag/,
    absent: { change: { tags: undefined }, says: /^tags is not set/ },
    configured: { settings: { required: ["owner"] }, says: /^tags\.owner is not set; allowed: any text\.$/ },
  },
};
