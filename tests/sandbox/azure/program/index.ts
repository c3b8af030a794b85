/** A small Azure program for the stand-ins: a network, addresses, and with the setting `cluster` a cluster. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const tag = config.get("tag") ?? "one";

const group = new resources.ResourceGroup("group", { resourceGroupName: "small", tags: { tag } });
const vnet = new network.VirtualNetwork("vnet", {
  resourceGroupName: group.name,
  virtualNetworkName: "vnet",
  addressSpace: { addressPrefixes: [config.get("cidr") ?? "10.1.0.0/16"] },
});
const nsg = new network.NetworkSecurityGroup("nsg", {
  resourceGroupName: group.name,
  securityRules: [
    {
      name: "gateway",
      priority: 200,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefix: "Internet",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRanges: ["80", "443"],
    },
  ],
});
const subnet = (name: string, addressPrefix: string, dependsOn: pulumi.Resource[] = []) =>
  new network.Subnet(
    name,
    {
      resourceGroupName: group.name,
      virtualNetworkName: vnet.name,
      subnetName: name,
      addressPrefix,
      networkSecurityGroup: { id: nsg.id },
    },
    { dependsOn },
  );
const nodes = subnet("nodes", "10.1.0.0/20");
const pods = subnet("pods", "10.1.64.0/18");
const address = (name: string, label?: string) =>
  new network.PublicIPAddress(name, {
    resourceGroupName: group.name,
    publicIPAllocationMethod: "Static",
    sku: { name: "Standard", tier: "Regional" },
    ...(label === undefined ? {} : { dnsSettings: { domainNameLabel: label } }),
  });
const gateway = address("gateway", config.get("label") ?? "small-gateway");
const egress = address("egress");

export const ip = gateway.ipAddress;
export const fqdn = gateway.dnsSettings.apply((dns) => dns?.fqdn);
export const guid = vnet.resourceGuid;
export const subscription = authorization.getClientConfigOutput().subscriptionId;

function cluster(): { kubeconfig: pulumi.Output<string>; version: pulumi.Output<string> } {
  const identity = new managedidentity.UserAssignedIdentity("identity", { resourceGroupName: group.name });
  const role = new authorization.RoleAssignment("role", {
    scope: group.id,
    principalId: identity.principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: pulumi.interpolate`/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`,
  });
  const made = new containerservice.ManagedCluster(
    "cluster",
    {
      resourceGroupName: group.name,
      resourceName: "small-cluster",
      dnsPrefix: "small",
      kubernetesVersion: "1.35",
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      aadProfile: { managed: true, enableAzureRBAC: true },
      disableLocalAccounts: true,
      autoScalerProfile: { balanceSimilarNodeGroups: "true" },
      networkProfile: {
        networkPlugin: "azure",
        serviceCidr: "10.96.0.0/16",
        dnsServiceIP: "10.96.0.10",
        loadBalancerProfile: { outboundIPs: { publicIPs: [{ id: egress.id }] } },
      },
      agentPoolProfiles: [
        {
          name: "system",
          mode: "System",
          count: 1,
          vmSize: "Standard_D4ds_v5",
          vnetSubnetID: nodes.id,
          podSubnetID: pods.id,
        },
      ],
      tags: { tag },
    },
    { dependsOn: [role], ignoreChanges: config.getObject<string[]>("ignore") ?? [] },
  );
  new containerservice.AgentPool("user", {
    resourceGroupName: group.name,
    resourceName: made.name,
    agentPoolName: "user",
    mode: "User",
    count: 1,
    vmSize: "Standard_D4ds_v5",
    vnetSubnetID: nodes.id,
    podSubnetID: pods.id,
  });
  const credentials = containerservice.listManagedClusterUserCredentialsOutput(
    { resourceGroupName: "small", resourceName: "small-cluster" },
    { dependsOn: [made] },
  );
  const first = credentials.kubeconfigs.apply(([one]) => Buffer.from(one?.value ?? "", "base64").toString());
  return { kubeconfig: first, version: made.currentKubernetesVersion };
}

const { kubeconfig, version } = config.getBoolean("cluster") === true ? cluster() : {};
export { kubeconfig, version };
