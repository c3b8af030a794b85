import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { publicAddress, type AzureNames, type Tags } from "../../azure";
import type { GatewayAddress } from "./cluster";

/** Arguments of {@link Addresses}. */
export interface AddressesArgs {
  readonly names: AzureNames;
  readonly location: string;
  readonly zones: readonly string[];
  readonly tags: Tags;
  readonly dnsLabel: string;
  readonly dnsLabelScope: "exact" | "tenant";
  /** Whether the east-west gateway has a public address. */
  readonly eastWest: boolean;
}

/**
 * The public addresses of a region: the one that clients come in by, the one that nodes leave by, and where there
 * are other networks the one that their regions come in by. Made by us and not by the cloud controller, whose addresses outlive a failed destroy and keep the DNS label (AKS#2239).
 */
export class Addresses extends pulumi.ComponentResource {
  readonly group: resources.ResourceGroup;
  readonly gateway: GatewayAddress;
  readonly gatewayResource: network.PublicIPAddress;
  readonly egress: network.PublicIPAddress;
  /** The address that nodes leave by. */
  readonly egressIp: pulumi.Output<string>;
  /** What load balancers hold, and must let go of before it is deleted. */
  readonly balanced: readonly network.PublicIPAddress[];
  /** Absent where the east-west gateway has no public address. */
  readonly eastWestIp?: pulumi.Output<string>;

  constructor(name: string, args: AddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:Addresses", name, {}, opts);
    const { names, dnsLabel, dnsLabelScope, location, zones, tags } = args;
    const common = { location, zones, tags };
    this.group = new resources.ResourceGroup(
      `${name}-group`,
      { resourceGroupName: names.addressGroup, location, tags },
      { parent: this },
    );
    const address = (key: string, spec: ReturnType<typeof publicAddress>): network.PublicIPAddress =>
      new network.PublicIPAddress(
        `${name}-${key}`,
        { resourceGroupName: this.group.name, ...spec },
        { parent: this },
      );
    const gateway = { ...common, name: names.gatewayAddress, dnsLabel, dnsLabelScope };
    this.gatewayResource = address("gateway", publicAddress(gateway));
    this.egress = address("egress", publicAddress({ ...common, name: names.egressAddress }));
    this.egressIp = this.egress.ipAddress.apply((ip) => numberOf(ip, names.egressAddress, names));
    this.balanced = [this.gatewayResource];
    if (args.eastWest) {
      const eastWest = address("east-west", publicAddress({ ...common, name: names.eastWestAddress }));
      this.eastWestIp = eastWest.ipAddress.apply((ip) => numberOf(ip, names.eastWestAddress, names));
      this.balanced = [this.gatewayResource, eastWest];
    }
    this.gateway = {
      name: names.gatewayAddress,
      resourceGroup: names.addressGroup,
      ip: this.gatewayResource.ipAddress.apply((ip) => numberOf(ip, names.gatewayAddress, names)),
      fqdn: this.gatewayResource.dnsSettings.apply((dns) => dnsNameOf(dns?.fqdn, names)),
    };
    this.registerOutputs({
      gatewayIp: this.gateway.ip,
      gatewayFqdn: this.gateway.fqdn,
      egressIp: this.egressIp,
    });
  }
}

/** A static address has its number as soon as it exists; one without is not what we asked for. */
function numberOf(ip: string | undefined, name: string, { addressGroup }: AzureNames): string {
  if (ip !== undefined && ip !== "") return ip;
  throw new pulumi.RunError(
    `public address ${name} has no address of its own, though it is static. ${look(name, addressGroup)}`,
  );
}

/** Without its name clients would be sent to nowhere, and nothing would say so. */
export function dnsNameOf(fqdn: string | undefined, { gatewayAddress, addressGroup }: AzureNames): string {
  if (fqdn !== undefined && fqdn !== "") return fqdn;
  throw new pulumi.RunError(
    `public address ${gatewayAddress} has no DNS name, though global-mesh:dnsLabel names one. ` +
      look(gatewayAddress, addressGroup),
  );
}

const look = (name: string, group: string): string =>
  `See what Azure holds: az network public-ip show --resource-group ${group} --name ${name}. If somebody changed ` +
  "it there, pulumi refresh and pulumi up put it right";
