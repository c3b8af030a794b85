import { badRequest, conflict, ArmError } from "../errors";
import { isWithin, parseId, sameId } from "../ids";
import { obj, str, type ArmResource, type Behaviour, type World } from "../model";

export const ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Built-in roles that are known here, by their GUID (learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const ROLES = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
  "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
  "f1a07417-d97a-45cb-824c-7a7467783830": "Managed Identity Operator",
  "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": "Azure Kubernetes Service RBAC Cluster Admin",
  "4abbcc35-e782-43d8-92c5-2d3f1bd2253f": "Azure Kubernetes Service Cluster User Role",
  "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
} as const satisfies Record<string, string>;

const NETWORK_ROLES = ["Owner", "Contributor", "Network Contributor"];

/** Everybody in the directory: who signs in, and the principals of managed identities. */
export function principalType(world: World, id: string): string | undefined {
  if (id === world.operator.objectId) return "User";
  const known = world.all().some((resource) => {
    const own = [resource.properties["principalId"], obj(resource.identity)["principalId"]];
    const kubelet = obj(obj(resource.properties["identityProfile"])["kubeletidentity"])["objectId"];
    return resource.type !== ASSIGNMENT && [...own, kubelet].includes(id);
  });
  return known ? "ServicePrincipal" : undefined;
}

const roleOf = (assignment: ArmResource): string | undefined => {
  const guid = (str(assignment.properties["roleDefinitionId"]) ?? "").split("/").at(-1)?.toLowerCase() ?? "";
  return (ROLES as Record<string, string>)[guid];
};

/** Whether a principal may join subnets and public addresses at this scope. */
export function mayJoin(world: World, principal: string, id: string): boolean {
  return world
    .all(ASSIGNMENT)
    .some(
      (one) =>
        str(one.properties["principalId"]) === principal &&
        isWithin(id, str(one.properties["scope"]) ?? "") &&
        NETWORK_ROLES.includes(roleOf(one) ?? ""),
    );
}

/** The principal that a cluster acts as; undefined when Azure itself gives it its rights (system-assigned). */
export function clusterPrincipal(world: World, cluster: ArmResource): string | undefined {
  const id = Object.keys(obj(obj(cluster.identity)["userAssignedIdentities"]))[0];
  return id === undefined ? undefined : str(world.get(id)?.properties["principalId"]);
}

/** The refusal that AKS passes on when its identity may not join something. */
export function mustJoin(world: World, cluster: ArmResource, id: string, action: string): void {
  const principal = clusterPrincipal(world, cluster);
  if (principal === undefined || mayJoin(world, principal, id)) return;
  throw new ArmError(
    403,
    "LinkedAuthorizationFailed",
    `The client '${principal}' has permission to perform action 'Microsoft.ContainerService/managedClusters/write' on scope '${cluster.id}'; however, it does not have permission to perform action '${action}' on the linked scope(s) '${id}' (respectively) or the linked scope(s) are invalid. Give it the role Network Contributor there first.`,
  );
}

export const roleAssignment: Behaviour = {
  admit(world, next, previous) {
    const { properties } = next;
    const principal = str(properties["principalId"]) ?? "";
    const scope = parseId(next.id)?.parent ?? "";
    if (!GUID.test(next.name))
      throw badRequest(
        "InvalidRoleAssignmentId",
        `The role assignment ID '${next.name}' is not valid. The role assignment ID must be a GUID.`,
      );
    const role = str(properties["roleDefinitionId"]) ?? "";
    if (roleOf(next) === undefined || !/\/providers\/Microsoft\.Authorization\/roleDefinitions\//i.test(role))
      throw badRequest(
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${role.split("/").at(-1) ?? role}' does not exist.`,
      );
    if (previous) {
      const same = ["principalId", "roleDefinitionId"].every((field) => {
        return (
          (str(previous.properties[field]) ?? "").toLowerCase() ===
          (str(properties[field]) ?? "").toLowerCase()
        );
      });
      if (!same)
        throw badRequest(
          "RoleAssignmentUpdateNotPermitted",
          "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        );
    }
    // The name counts for the whole tenant: elsewhere it is taken for a change of the scope.
    const namesake = world
      .all(ASSIGNMENT)
      .find((one) => !sameId(one.id, next.id) && one.name.toLowerCase() === next.name.toLowerCase());
    if (namesake)
      throw badRequest(
        "RoleAssignmentUpdateNotPermitted",
        `Tenant ID, application ID, principal ID, and scope are not allowed to be updated. The role assignment ID '${next.name}' is that of ${namesake.id}.`,
      );
    const type = principalType(world, principal);
    if (type === undefined)
      throw badRequest(
        "PrincipalNotFound",
        `Principal ${principal.replaceAll("-", "")} does not exist in the directory ${world.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
      );
    const said = str(properties["principalType"]);
    if (said !== undefined && said !== type)
      throw badRequest(
        "UnmatchedPrincipalType",
        `The PrincipalId '${principal.replaceAll("-", "")}' has type '${type}', which is different from specified PrincipalType '${said}'.`,
      );
    const twin = world.all(ASSIGNMENT).find((one) => {
      const theirs = str(one.properties["scope"]) ?? "";
      return (
        !sameId(one.id, next.id) &&
        sameId(theirs, scope) &&
        str(one.properties["principalId"]) === principal &&
        roleOf(one) === roleOf(next)
      );
    });
    if (twin)
      throw conflict(
        "RoleAssignmentExists",
        `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`,
      );
  },
  complete(world, next, previous) {
    const before = previous?.properties ?? {};
    next.properties["scope"] = parseId(next.id)?.parent ?? "";
    next.properties["principalType"] ??=
      principalType(world, str(next.properties["principalId"]) ?? "") ?? "User";
    next.properties["createdOn"] = before["createdOn"] ?? world.now();
    next.properties["createdBy"] = before["createdBy"] ?? world.operator.objectId;
    next.properties["updatedOn"] = world.now();
    next.properties["updatedBy"] = world.operator.objectId;
  },
};
