import { at, isUnknown, oneOf, shown, type Findings, type Props } from "./read";

/** Built-in roles that may do everything, or give everything to themselves, by the GUID that they have everywhere. */
export const PRIVILEGED_ROLES = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
} as const;

/** Whether a text says which role is meant: the GUID of any, or the name of one that may do everything. */
export function isRole(text: string): boolean {
  return (
    /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ||
    Object.values(PRIVILEGED_ROLES).some((name) => name.toLowerCase() === text.toLowerCase())
  );
}

/** The role is not one that may do everything. @param denied names and GUIDs, in any case. */
export function privilegedRole(assignment: Props, denied: readonly string[]): Findings {
  const id = assignment["roleDefinitionId"];
  const guid = typeof id === "string" ? id.split("/").at(-1)?.toLowerCase() : undefined;
  const name = guid === undefined ? undefined : (PRIVILEGED_ROLES as Readonly<Record<string, string>>)[guid];
  const folded = denied.map((one) => one.toLowerCase());
  const found = [name, guid].find((one) => one !== undefined && folded.includes(one.toLowerCase()));
  if (found === undefined) return [];
  return [`roleDefinitionId is the role ${name ?? found}; allowed: roles other than ${denied.join(", ")}.`];
}

/** The role is given on a group or a resource, not on everything. */
export function roleScope(assignment: Props): Findings {
  const scope = at(assignment, "scope");
  if (isUnknown(scope) || typeof scope !== "string") return [];
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.test(scope)) return [];
  return [`scope is ${shown(scope)}; allowed: a resource group, or a resource in one.`];
}

/** Azure need not look the principal up in Entra, where one that is seconds old is often not found yet. */
export function principalType(assignment: Props): Findings {
  const types = ["ServicePrincipal", "User", "Group", "ForeignGroup", "Device"];
  return oneOf(assignment, "principalType", types, "wrong");
}
