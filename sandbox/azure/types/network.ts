/** Microsoft.Network, API version 2024-05-01. */
import { nat, nsg } from "../rules/attachments";
import { peering } from "../rules/peering";
import { publicIp } from "../rules/public-ip";
import { subnet, virtualNetwork } from "../rules/virtual-network";
import type { ArmType } from "../model";
import {
  fixed,
  flag,
  forever,
  list,
  object,
  readOnly,
  reference,
  replaces,
  required,
  tags,
  text,
  whole,
  type Fields,
} from "../shapes";

const apiVersions = ["2024-05-01", "2024-03-01", "2024-07-01"];
const name = (max: number) => ({
  pattern: new RegExp(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,${max - 2}}[A-Za-z0-9_])?$`),
  words: `1 to ${max} letters, digits, '_', '.' or '-', starting with a letter or digit and ending with one or '_'`,
});
const state: Fields = { provisioningState: readOnly(text()), resourceGuid: readOnly(text()) };
const addressSpace = object({ addressPrefixes: required(list(text())) });
const tracked: Fields = { location: required(text()), tags };

const ruleFields: Fields = {
  name: required(text()),
  description: text(),
  protocol: required(text("Tcp", "Udp", "Icmp", "Esp", "Ah", "*")),
  sourcePortRange: text(),
  sourcePortRanges: list(text()),
  destinationPortRange: text(),
  destinationPortRanges: list(text()),
  sourceAddressPrefix: text(),
  sourceAddressPrefixes: list(text()),
  destinationAddressPrefix: text(),
  destinationAddressPrefixes: list(text()),
  access: required(text("Allow", "Deny")),
  priority: required(whole(100, 4096)),
  direction: required(text("Inbound", "Outbound")),
};

export const networkTypes: readonly ArmType[] = [
  {
    type: "Microsoft.Network/virtualNetworks",
    apiVersions,
    name: { ...name(64), words: name(64).words },
    top: { ...tracked, location: required(replaces(text())) },
    properties: {
      ...state,
      addressSpace: required(addressSpace),
      dhcpOptions: object({ dnsServers: list(text()) }),
      enableDdosProtection: flag,
      enableVmProtection: flag,
      encryption: object({
        enabled: required(flag),
        enforcement: text("DropUnencrypted", "AllowUnencrypted"),
      }),
      flowTimeoutInMinutes: whole(4, 30),
      privateEndpointVNetPolicies: text("Disabled", "Basic"),
      // Standalone resources here: an inline list and a standalone subnet overwrite each other.
      subnets: readOnly(list(object({}))),
      virtualNetworkPeerings: readOnly(list(object({}))),
    },
    longRunning: true,
    behaviour: virtualNetwork,
  },
  {
    type: "Microsoft.Network/virtualNetworks/subnets",
    apiVersions,
    name: name(80),
    top: {},
    properties: {
      provisioningState: readOnly(text()),
      addressPrefix: text(),
      addressPrefixes: list(text()),
      defaultOutboundAccess: flag,
      delegations: list(object({ name: text(), serviceName: text() }, ["serviceName"])),
      natGateway: reference,
      networkSecurityGroup: reference,
      routeTable: reference,
      privateEndpointNetworkPolicies: text(
        "Disabled",
        "Enabled",
        "NetworkSecurityGroupEnabled",
        "RouteTableEnabled",
      ),
      privateLinkServiceNetworkPolicies: text("Disabled", "Enabled"),
      serviceEndpoints: list(object({ service: text(), locations: list(text()) })),
      ipConfigurations: readOnly(list(object({}))),
      purpose: readOnly(text()),
    },
    longRunning: true,
    behaviour: subnet,
  },
  {
    type: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    apiVersions,
    name: name(80),
    top: {},
    properties: {
      ...state,
      allowForwardedTraffic: flag,
      allowGatewayTransit: flag,
      allowVirtualNetworkAccess: flag,
      doNotVerifyRemoteGateways: flag,
      peerCompleteVnets: flag,
      remoteVirtualNetwork: required(fixed(reference)),
      useRemoteGateways: flag,
      // Inputs in the SDK too, so a refresh that finds them changed takes them for the program's own.
      peeringState: text(),
      peeringSyncLevel: text(),
      remoteAddressSpace: readOnly(addressSpace),
      remoteVirtualNetworkAddressSpace: readOnly(addressSpace),
    },
    longRunning: true,
    behaviour: peering,
  },
  {
    type: "Microsoft.Network/publicIPAddresses",
    apiVersions,
    name: name(80),
    top: {
      ...tracked,
      location: required(replaces(text())),
      sku: forever(
        object({ name: text("Basic", "Standard", "StandardV2"), tier: text("Regional", "Global") }),
      ),
      zones: fixed(list(text("1", "2", "3"))),
    },
    properties: {
      ...state,
      ddosSettings: object({ protectionMode: text("VirtualNetworkInherited", "Enabled", "Disabled") }),
      deleteOption: text("Delete", "Detach"),
      dnsSettings: object({
        domainNameLabel: text(),
        domainNameLabelScope: text("TenantReuse", "SubscriptionReuse", "ResourceGroupReuse", "NoReuse"),
        fqdn: readOnly(text()),
        reverseFqdn: text(),
      }),
      idleTimeoutInMinutes: whole(4, 30),
      ipTags: list(object({ ipTagType: text(), tag: text() })),
      publicIPAddressVersion: forever(text("IPv4", "IPv6")),
      publicIPAllocationMethod: text("Static", "Dynamic"),
      ipAddress: readOnly(text()),
      ipConfiguration: readOnly(reference),
      natGateway: readOnly(reference),
    },
    longRunning: true,
    behaviour: publicIp,
  },
  {
    type: "Microsoft.Network/networkSecurityGroups",
    apiVersions,
    name: name(80),
    top: tracked,
    properties: {
      ...state,
      flushConnection: flag,
      securityRules: list(
        object(
          ruleFields,
          Object.keys(ruleFields).filter((field) => field !== "name"),
        ),
      ),
      defaultSecurityRules: readOnly(list(object({}))),
      subnets: readOnly(list(reference)),
    },
    longRunning: true,
    behaviour: nsg,
  },
  {
    type: "Microsoft.Network/natGateways",
    apiVersions,
    name: name(80),
    top: {
      ...tracked,
      sku: required(object({ name: required(text("Standard")) })),
      zones: fixed(list(text("1", "2", "3"))),
    },
    properties: {
      ...state,
      idleTimeoutInMinutes: whole(4, 120),
      publicIpAddresses: list(reference),
      subnets: readOnly(list(reference)),
    },
    longRunning: true,
    behaviour: nat,
  },
];
