import type { Finding } from "../fault";
import { at, isUnknown, items, texts, type Item } from "../fields";

const READ = ["get", "list", "watch"];

interface PolicyRule extends Item {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function policyRules(role: unknown): readonly PolicyRule[] {
  return items("rules", at(role, "rules")).map(({ setting, value }) => ({
    setting,
    value,
    groups: texts(value["apiGroups"]),
    resources: texts(value["resources"]),
    verbs: texts(value["verbs"]),
  }));
}

/**
 * Wildcards of a role that grant what nobody has listed. Two are none of those: reading every kind of a named API group
 * other than the core one, which holds no Secrets and is how a controller follows its own kinds; and every verb on a
 * status, which is what its owner writes.
 */
export function wildcardRules(role: unknown): readonly Finding[] {
  return policyRules(role).flatMap((rule) => {
    if ([rule.value["apiGroups"], rule.value["resources"], rule.value["verbs"]].some(isUnknown)) return [];
    const isReading = rule.verbs.every((verb) => READ.includes(verb));
    const isNamedGroup = rule.groups.every((group) => group !== "" && group !== "*");
    const parts = [
      ...(rule.groups.includes("*") ? ["apiGroups"] : []),
      ...(rule.resources.includes("*") && !(isReading && isNamedGroup) ? ["resources"] : []),
      ...(rule.verbs.includes("*") && !rule.resources.every((resource) => resource.endsWith("/status"))
        ? ["verbs"]
        : []),
    ];
    return parts.map((part) => ({
      setting: `${rule.setting}.${part}`,
      value: "*",
      allowed: "what is needed, by name",
    }));
  });
}

/** Rules of a ClusterRole by which every Secret of the cluster can be read. */
export function secretReaders(role: unknown): readonly Finding[] {
  return policyRules(role)
    .filter(
      ({ value, groups, resources, verbs }) =>
        groups.includes("") &&
        resources.includes("secrets") &&
        verbs.some((verb) => READ.includes(verb)) &&
        texts(value["resourceNames"]).length === 0 &&
        !isUnknown(value["resourceNames"]),
    )
    .map(({ setting, verbs }) => ({
      setting: `${setting}.resources`,
      value: `${verbs.join(", ")} secrets`,
      allowed: "a Role in the namespace that the Secrets are in",
    }));
}

/** A binding to cluster-admin. */
export function administrators(binding: unknown): readonly Finding[] {
  if (at(binding, "roleRef", "name") !== "cluster-admin") return [];
  return [{ setting: "roleRef.name", value: "cluster-admin", allowed: "a role with what is needed" }];
}

/** Bindings of rights to an account that every pod of a namespace has unless it names another. */
export function defaultAccounts(binding: unknown): readonly Finding[] {
  return items("subjects", at(binding, "subjects"))
    .filter(({ value }) => value["kind"] === "ServiceAccount" && value["name"] === "default")
    .map(({ setting, value }) => ({
      setting: `${setting}.name`,
      value: [value["namespace"], value["name"]].filter((part) => typeof part === "string").join("/"),
      allowed: "an account of the workload's own",
    }));
}

/** Users and groups that stand for callers without a name. */
const ANONYMOUS = ["system:anonymous", "system:unauthenticated"];

/** Bindings of rights to callers who have not signed in. */
export function anonymousCallers(binding: unknown): readonly Finding[] {
  return items("subjects", at(binding, "subjects"))
    .filter(({ value }) => ANONYMOUS.includes(String(value["name"])))
    .map(({ setting, value }) => ({
      setting: `${setting}.name`,
      value: value["name"],
      allowed: "users, groups and accounts that sign in",
    }));
}
