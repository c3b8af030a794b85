import { z } from "zod";
import * as azure from "../../../azure/rules";
import { defineRule, type Rule } from "../../rule";
import { AKS_BASELINE, checkov, learn, psRule } from "./sources";
import {
  ADDRESS,
  CLUSTER,
  GROUP,
  GROUP_RULE,
  IDENTITY,
  NETWORK,
  PEERING,
  RESOURCE_GROUP,
  SUBNET,
  WORKSPACE,
} from "./types";

const kindOf = (type: string): "group" | "rule" => (type === GROUP ? "group" : "rule");

/** Networks, their addresses and what may enter them. */
export const networkRules: readonly Rule[] = [
  defineRule({
    id: "nsg-management-ports",
    title: "Nobody from the Internet reaches a port that machines are managed by",
    why: "Such ports are found within minutes, and then tried with every known password and hole.",
    fix: "Name the ranges that you work from in sourceAddressPrefixes, or use Azure Bastion.",
    sources: [
      checkov("CKV_AZURE_9", "NSGRuleRDPAccessRestricted"),
      checkov("CKV_AZURE_10", "NSGRuleSSHAccessRestricted"),
    ],
    level: "mandatory",
    settings: z.strictObject({
      ports: z
        .array(z.int().min(1).max(65_535))
        .default([22, 3389, 5985, 5986, 10250])
        .describe("Ports of SSH, Remote Desktop, WinRM and the kubelet."),
    }),
    scope: "resource",
    types: [GROUP, GROUP_RULE],
    check: ({ type, props }, { ports }) => azure.managementPorts(kindOf(type), props, ports),
  }),
  defineRule({
    id: "nsg-any-to-any",
    title: "No rule of a security group lets anybody in to all ports",
    why: "It is the same as no group at all.",
    fix: "Name the ports that are served in destinationPortRanges.",
    sources: [psRule("Azure.NSG.AnyInboundSource")],
    level: "mandatory",
    scope: "resource",
    types: [GROUP, GROUP_RULE],
    check: ({ type, props }) => azure.anyToAny(kindOf(type), props),
  }),
  defineRule({
    id: "subnet-security-group",
    title: "Every subnet has a security group",
    why: "Without one everything that routes to the subnet gets in.",
    fix: "Set networkSecurityGroup on the subnet.",
    sources: [psRule("Azure.VNET.UseNSGs"), AKS_BASELINE],
    level: "mandatory",
    settings: z.strictObject({
      exempt: z
        .array(z.string())
        .default([
          "GatewaySubnet",
          "AzureFirewallSubnet",
          "AzureFirewallManagementSubnet",
          "RouteServerSubnet",
        ])
        .describe("Names of subnets that Azure wants none on."),
    }),
    scope: "resource",
    types: [SUBNET, NETWORK],
    check: ({ type, props }, { exempt }) =>
      azure.securityGroup(type === SUBNET ? "subnet" : "network", props, exempt),
  }),
  defineRule({
    id: "peering-no-transit",
    title: "A peering carries nothing that comes from further away than the peer",
    why: "With transit a network that nobody peered with here gets in by way of one that was.",
    fix: "Set allowForwardedTraffic, allowGatewayTransit and useRemoteGateways to false; except a hub's peerings by name.",
    sources: [learn("Virtual network peering", "virtual-network/virtual-network-peering-overview")],
    level: "advisory",
    scope: "resource",
    types: [PEERING],
    check: ({ props }) => azure.peeringTransit(props),
  }),
  defineRule({
    id: "network-private-addresses",
    title: "A virtual network uses addresses that the Internet does not",
    why: "Whoever owns the range in the Internet can no longer be reached from the network.",
    fix: "Choose ranges within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.",
    sources: [learn("Plan virtual networks", "virtual-network/virtual-network-vnet-plan-design-arm")],
    level: "advisory",
    scope: "resource",
    types: [NETWORK],
    check: ({ props }) => azure.privateAddresses(props),
  }),
  defineRule({
    id: "public-ip-standard",
    title: "A public address is static and of the standard SKU",
    why: "Azure has retired the basic SKU, and the load balancer of AKS takes no address of it.",
    fix: 'Set sku: { name: "Standard" } and publicIPAllocationMethod: "Static".',
    sources: [psRule("Azure.PublicIP.StandardSKU")],
    level: "mandatory",
    scope: "resource",
    types: [ADDRESS],
    check: ({ props }) => azure.standardAddress(props),
  }),
  defineRule({
    id: "public-ip-zones",
    title: "A public address outlives the loss of a zone",
    why: "The gateway's nodes in the other zones are of no use when its address is gone.",
    fix: 'Set zones: ["1", "2", "3"]; in an Azure region without zones except the resource by name.',
    sources: [psRule("Azure.PublicIP.AvailabilityZone")],
    level: "advisory",
    settings: z.strictObject({
      minimum: z.int().min(1).max(3).default(2).describe("Fewest zones of an address."),
    }),
    scope: "resource",
    types: [ADDRESS],
    check: ({ props }, { minimum }) => azure.addressZones(props, minimum),
  }),
  defineRule({
    id: "azure-tags",
    title: "A resource says by its tags whose it is",
    why: "What nobody owns is neither paid for nor patched nor cleaned up.",
    fix: "Set tags (global-mesh:tags in this program).",
    sources: [psRule("Azure.Resource.UseTags")],
    level: "advisory",
    settings: z.strictObject({
      required: z
        .array(z.string())
        .default([])
        .describe("Tags that every resource must have; any one will do otherwise."),
    }),
    scope: "resource",
    types: [RESOURCE_GROUP, CLUSTER, NETWORK, GROUP, ADDRESS, WORKSPACE, IDENTITY],
    check: ({ props }, { required }) => azure.tagged(props, required),
  }),
];
