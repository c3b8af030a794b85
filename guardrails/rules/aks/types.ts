import { inlinePools, type Findings, type Pool, type Props } from "../../../azure/rules";
import type { Subject } from "../../rule";

export const CLUSTER = "azure-native:containerservice:ManagedCluster";
export const POOL = "azure-native:containerservice:AgentPool";
export const WINDOW = "azure-native:containerservice:MaintenanceConfiguration";
export const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";
export const GROUP = "azure-native:network:NetworkSecurityGroup";
export const GROUP_RULE = "azure-native:network:SecurityRule";
export const NETWORK = "azure-native:network:VirtualNetwork";
export const SUBNET = "azure-native:network:Subnet";
export const PEERING = "azure-native:network:VirtualNetworkPeering";
export const ADDRESS = "azure-native:network:PublicIPAddress";
export const ROLE = "azure-native:authorization:RoleAssignment";
export const WORKSPACE = "azure-native:operationalinsights:Workspace";
export const RESOURCE_GROUP = "azure-native:resources:ResourceGroup";
export const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";

/** Kinds that hold node pools. */
export const POOLS = [CLUSTER, POOL] as const;

/** Asks about each pool of a cluster, or about the one that is a resource of its own. */
export function eachPool(subject: Subject, judge: (pool: Pool) => Findings): Findings {
  const pools = subject.type === CLUSTER ? inlinePools(subject.props) : [{ path: "", props: subject.props }];
  return pools.flatMap((pool) => judge(pool));
}

/** Asks about each resource of a kind in a stack; what it says begins with kind and name. */
export function each(
  subjects: readonly Subject[],
  kind: string,
  judge: (props: Props) => Findings,
): Findings {
  const label = kind.split(":").at(-1) ?? kind;
  return subjects
    .filter(({ type }) => type === kind)
    .flatMap(({ name, props }) => judge(props).map((finding) => `${label} ${name}: ${finding}`));
}

/** Asks about each cluster of a stack with what else of a kind stands in it. */
export function eachCluster(
  subjects: readonly Subject[],
  beside: string,
  judge: (cluster: Props, others: readonly Props[]) => Findings,
): Findings {
  const others = subjects.filter(({ type }) => type === beside).map(({ props }) => props);
  return subjects
    .filter(({ type }) => type === CLUSTER)
    .flatMap(({ name, props }) => judge(props, others).map((finding) => `Cluster ${name}: ${finding}`));
}
