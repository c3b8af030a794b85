import { z } from "zod";
import { at, covers, isUnknown } from "../../../istio/rules/fields";
import {
  administrators,
  anonymousCallers,
  defaultAccounts,
  secretReaders,
  wildcardRules,
} from "../../../istio/rules/kubernetes/access";
import type { Rule } from "../../rule";
import { names, objectRule } from "./define";
import { cis, kubeLinter, NSA } from "./sources";

/** ClusterRoles that have to read all Secrets, each with its reason. */
const SECRET_READERS = [
  // Follows certificates of gateways wherever they stand, and remote secrets; the chart has no switch for it.
  "istiod-clusterrole-*",
  // Read by the istiods of other clusters, which call a cluster synced only when they have this list
  // (istio/link/readerAccess.ts).
  "global-mesh-reader",
];

/** Rules over who may do what in a cluster. */
export const accessRules: readonly Rule[] = [
  objectRule({
    id: "kubernetes-wildcard-role",
    title: "Roles name what they grant",
    why: "A * also grants what is added tomorrow, as a new kind or a new verb.",
    fix: "Name the API groups, resources and verbs.",
    level: "mandatory",
    sources: [cis("4.1.3"), kubeLinter("wildcard-in-rules")],
    kinds: ["ClusterRole", "Role"],
    find: wildcardRules,
  }),
  objectRule({
    id: "kubernetes-secret-readers",
    title: "Nobody reads every Secret of the cluster",
    why: "Among them are the tokens of all accounts: who reads them all is an administrator.",
    fix: "Grant it by a Role in the namespace, or name the Secrets in resourceNames.",
    level: "mandatory",
    sources: [cis("4.1.2"), kubeLinter("access-to-secrets")],
    kinds: ["ClusterRole"],
    settings: z.strictObject({
      readers: names("ClusterRoles that may; an entry may end in *.", SECRET_READERS),
    }),
    find: (role, { readers }) => {
      const name = at(role, "metadata", "name");
      return isUnknown(name) || covers(readers, String(name)) ? [] : secretReaders(role);
    },
  }),
  objectRule({
    id: "kubernetes-cluster-admin",
    title: "cluster-admin is bound to nobody",
    why: "It may do everything, in every namespace, for good.",
    fix: "Bind a role with what is needed; administrators come through Entra ID.",
    level: "mandatory",
    sources: [cis("4.1.1"), kubeLinter("cluster-admin-role-binding")],
    kinds: ["ClusterRoleBinding", "RoleBinding"],
    find: administrators,
  }),
  objectRule({
    id: "kubernetes-default-account",
    title: "The default account of a namespace has no rights",
    why: "Every pod that names no account runs as it, and so gets the rights unasked.",
    fix: "Make a ServiceAccount of its own for the workload and bind that.",
    level: "mandatory",
    sources: [cis("4.1.5")],
    kinds: ["ClusterRoleBinding", "RoleBinding"],
    find: defaultAccounts,
  }),
  objectRule({
    id: "kubernetes-anonymous",
    title: "Callers without a name have no rights",
    why: "Whoever reaches the API server then has them.",
    fix: "Bind the role to users, groups or accounts that sign in.",
    level: "mandatory",
    sources: [
      NSA,
      {
        title: "Kubernetes, RBAC good practices",
        url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
      },
    ],
    kinds: ["ClusterRoleBinding", "RoleBinding"],
    find: anonymousCallers,
  }),
];
