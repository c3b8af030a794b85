import { at, type Deployment, type StateResource } from "./state";

const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const VIRTUAL_NETWORK = `${NETWORK}/virtualNetworks/{virtualNetworkName}`;
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`;

/** ARM ids of the types that the program makes, with inputs of the resource in braces. */
export const ARM_PATHS: Readonly<Record<string, string>> = {
  "azure-native:resources:ResourceGroup": GROUP,
  "azure-native:network:VirtualNetwork": VIRTUAL_NETWORK,
  "azure-native:network:Subnet": `${VIRTUAL_NETWORK}/subnets/{subnetName}`,
  "azure-native:network:VirtualNetworkPeering": `${VIRTUAL_NETWORK}/virtualNetworkPeerings/{virtualNetworkPeeringName}`,
  "azure-native:network:PublicIPAddress": `${NETWORK}/publicIPAddresses/{publicIpAddressName}`,
  "azure-native:network:NetworkSecurityGroup": `${NETWORK}/networkSecurityGroups/{networkSecurityGroupName}`,
  "azure-native:network:NatGateway": `${NETWORK}/natGateways/{natGatewayName}`,
  "azure-native:containerservice:ManagedCluster": CLUSTER,
  "azure-native:containerservice:AgentPool": `${CLUSTER}/agentPools/{agentPoolName}`,
  "azure-native:containerservice:MaintenanceConfiguration": `${CLUSTER}/maintenanceConfigurations/{configName}`,
  "azure-native:authorization:RoleAssignment":
    "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  "azure-native:managedidentity:UserAssignedIdentity": `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
  "azure-native:operationalinsights:Workspace": `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}`,
  "azure-native:monitor:DiagnosticSetting":
    "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
};

/** The ARM id that a resource has or would have; undefined where its type or an input is not known. */
export function armId(resource: StateResource, subscriptionId: string | undefined): string | undefined {
  // A token may name an API version: azure-native:network/v20240501:Subnet.
  const path = ARM_PATHS[resource.type.replace(/\/v\d{8}(?:preview)?(?=:)/, "")];
  if (path === undefined) return undefined;
  const missing: string[] = [];
  const id = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === "subscriptionId" ? subscriptionId : at(resource.inputs, name);
    if (typeof value !== "string" || value === "") missing.push(name);
    return typeof value === "string" ? value.replace(/\/+$/, "") : "";
  });
  return missing.length === 0 ? id : undefined;
}

/** The subscription of a stack: what its provider was told, else where its other resources are. */
export function subscriptionOf(deployment: Deployment): string | undefined {
  const resources = deployment.resources ?? [];
  const told = resources
    .filter(({ type }) => type === "pulumi:providers:azure-native")
    .map(({ inputs }) => at(inputs, "subscriptionId"))
    .find((id): id is string => typeof id === "string" && id !== "");
  if (told !== undefined) return told;
  const ids = resources.filter(({ type }) => type.startsWith("azure-native:")).map(({ id }) => id ?? "");
  return ids.map((id) => /^\/subscriptions\/([^/]+)\//i.exec(id)?.[1]).find((id) => id !== undefined);
}
