import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkSpec, SubnetSpec } from "../../azure";

/** Arguments of {@link Network}. */
export interface NetworkArgs {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly spec: NetworkSpec;
}

/** Virtual network of a region with its subnets and their rules. */
export class Network extends pulumi.ComponentResource {
  readonly virtualNetwork: network.VirtualNetwork;
  readonly nodes: network.Subnet;
  /** Only where pods have a subnet of their own. */
  readonly pods?: network.Subnet;
  /** All subnets, with the plain key of each. */
  readonly subnets: readonly { readonly key: string; readonly subnet: network.Subnet }[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:Network", name, {}, opts);
    const { resourceGroupName, spec } = args;
    const child = { parent: this };
    this.virtualNetwork = new network.VirtualNetwork(
      `${name}-virtual-network`,
      { resourceGroupName, ...spec.virtualNetwork },
      child,
    );
    const securityGroup = new network.NetworkSecurityGroup(
      `${name}-security-group`,
      { resourceGroupName, ...spec.securityGroup },
      child,
    );
    const subnet = ({ key, ...plain }: SubnetSpec, after: pulumi.Resource[]): network.Subnet =>
      new network.Subnet(
        `${name}-subnet-${key}`,
        {
          resourceGroupName,
          virtualNetworkName: this.virtualNetwork.name,
          networkSecurityGroup: { id: securityGroup.id },
          ...plain,
        },
        // Azure takes one change of a virtual network at a time and refuses the other (AnotherOperationInProgress).
        { parent: this, dependsOn: after },
      );
    this.nodes = subnet(spec.nodes, []);
    if (spec.pods !== undefined) this.pods = subnet(spec.pods, [this.nodes]);
    this.subnets = [
      { key: spec.nodes.key, subnet: this.nodes },
      ...(this.pods === undefined ? [] : [{ key: spec.pods?.key ?? "pods", subnet: this.pods }]),
    ];
    this.registerOutputs({ id: this.virtualNetwork.id });
  }
}
