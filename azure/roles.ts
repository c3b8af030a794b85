import { derivedGuid } from "./uuid";

/**
 * Role "Network Contributor": what AKS needs to join subnets and to attach public addresses of ours
 * (https://learn.microsoft.com/azure/aks/static-ip, https://learn.microsoft.com/azure/aks/configure-azure-cni).
 */
export const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** What is known of a role assignment once its scope is. */
export interface RoleAssignmentSpec {
  /** GUID, the same on every run and another one for each scope. */
  readonly roleAssignmentName: string;
  /**
   * Said outright: without it Azure looks the principal up in Entra, where an identity that was made
   * seconds ago is often not found yet (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting).
   */
  readonly principalType: "ServicePrincipal";
}

/**
 * Names of role assignments are unique in the whole Entra tenant, even at different scopes: a second mesh in
 * another subscription must not come to the same GUID, or Azure takes its assignment for an update of the
 * first (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting). So the name comes from the whole id,
 * in which the subscription stands; Azure does not keep to one case in it.
 * @param scopeId ARM id of what the role is given on.
 */
export function networkContributor(scopeId: string): RoleAssignmentSpec {
  return {
    roleAssignmentName: derivedGuid(scopeId.toLowerCase(), NETWORK_CONTRIBUTOR),
    principalType: "ServicePrincipal",
  };
}

/** Id of a built-in role as assignments of a subscription want it. */
export function roleDefinitionId(subscriptionId: string, role: string): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}

/** The subscription in an ARM id. */
export function subscriptionOf(armId: string): string {
  const match = /^\/subscriptions\/([^/]+)\//i.exec(armId);
  if (match?.[1] === undefined) {
    throw new Error(`"${armId}" is not an ARM id: it must begin with /subscriptions/<subscription>/`);
  }
  return match[1];
}
