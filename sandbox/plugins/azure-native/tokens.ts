import { armType, type ArmType } from "../../arm";

/** How azure-native names a resource that the program left unnamed. */
type AutoName =
  /** Logical name and eight random digits: resources right in a group. */
  | "random"
  /** The logical name: resources below another one. */
  | "copy"
  | "uuid";

/** One resource type of the SDK. */
export interface Token {
  /** e.g. `azure-native:network:Subnet`. */
  readonly token: string;
  readonly arm: ArmType;
  readonly apiVersion: string;
  /** Path of the resource with `{inputs}` in it. */
  readonly path: string;
  /** Inputs in the path, in order; the last one names the resource. */
  readonly parameters: readonly string[];
  readonly autoName: AutoName;
}

const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`;
const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}`;

function token(name: string, type: string, apiVersion: string, path: string, autoName: AutoName): Token {
  const arm = armType(type);
  if (!arm) throw new Error(`${name}: the ARM stand-in has no table for ${type}`);
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return {
    token: `azure-native:${name}`,
    arm,
    apiVersion,
    path,
    parameters: parameters.filter((one) => one !== "subscriptionId"),
    autoName,
  };
}

const network = (name: string, type: string, parameter: string): Token =>
  token(
    `network:${name}`,
    `Microsoft.Network/${type}`,
    "2024-05-01",
    `${GROUP}/providers/Microsoft.Network/${type}/{${parameter}}`,
    "random",
  );

/** The types that are served, with the API versions of @pulumi/azure-native 3.28.0. Any other is refused by name. */
export const TOKENS: readonly Token[] = [
  token("resources:ResourceGroup", "Microsoft.Resources/resourceGroups", "2024-03-01", GROUP, "random"),
  network("VirtualNetwork", "virtualNetworks", "virtualNetworkName"),
  network("PublicIPAddress", "publicIPAddresses", "publicIpAddressName"),
  network("NetworkSecurityGroup", "networkSecurityGroups", "networkSecurityGroupName"),
  network("NatGateway", "natGateways", "natGatewayName"),
  token(
    "network:Subnet",
    "Microsoft.Network/virtualNetworks/subnets",
    "2024-05-01",
    `${NETWORK}/subnets/{subnetName}`,
    "copy",
  ),
  token(
    "network:VirtualNetworkPeering",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    "2024-05-01",
    `${NETWORK}/virtualNetworkPeerings/{virtualNetworkPeeringName}`,
    "copy",
  ),
  token(
    "containerservice:ManagedCluster",
    "Microsoft.ContainerService/managedClusters",
    "2025-09-01",
    CLUSTER,
    "random",
  ),
  token(
    "containerservice:AgentPool",
    "Microsoft.ContainerService/managedClusters/agentPools",
    "2025-09-01",
    `${CLUSTER}/agentPools/{agentPoolName}`,
    "copy",
  ),
  token(
    "containerservice:MaintenanceConfiguration",
    "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
    "2025-09-01",
    `${CLUSTER}/maintenanceConfigurations/{configName}`,
    "copy",
  ),
  token(
    "authorization:RoleAssignment",
    "Microsoft.Authorization/roleAssignments",
    "2022-04-01",
    "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "uuid",
  ),
  token(
    "managedidentity:UserAssignedIdentity",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "2023-01-31",
    `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
    "random",
  ),
  token(
    "operationalinsights:Workspace",
    "Microsoft.OperationalInsights/workspaces",
    "2023-09-01",
    `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}`,
    "random",
  ),
  token(
    "monitor:DiagnosticSetting",
    "Microsoft.Insights/diagnosticSettings",
    "2021-05-01-preview",
    "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    "copy",
  ),
];

const byToken = new Map(TOKENS.map((one) => [one.token, one]));

/** The table of a type, or a refusal that names it. */
export function tokenOf(type: string): Token {
  const found = byToken.get(type);
  if (found) return found;
  throw new Error(
    `${type} is not served by the azure-native stand-in. It serves ${TOKENS.map((one) => one.token).join(", ")}.`,
  );
}

/** Inputs whose values stand in the path as they are, slashes and all. */
const WHOLE = new Set(["scope", "resourceUri"]);

/** The ARM id for these inputs. */
export function idOf(one: Token, subscriptionId: string, inputs: Readonly<Record<string, unknown>>): string {
  return one.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === "subscriptionId" ? subscriptionId : inputs[name];
    if (typeof value !== "string")
      throw new Error(`${one.token}: '${name}' must be a string to make the resource's id`);
    return WHOLE.has(name) ? value.replace(/\/+$/, "") : encodeURIComponent(value);
  });
}

/** The inputs that an id stands for: what an import starts from. */
export function parametersOf(one: Token, id: string): Record<string, string> {
  const names: string[] = [];
  const pattern = one.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return WHOLE.has(name) ? "(.+)" : "([^/]+)";
  });
  const match = new RegExp(`^${pattern}$`, "i").exec(id);
  if (!match) throw new Error(`${id} is not the id of a ${one.token}: it must look like ${one.path}`);
  const pairs = names.map((name, index) => [name, match[index + 1] ?? ""] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== "subscriptionId"));
}
