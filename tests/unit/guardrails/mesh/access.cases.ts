import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Cases, RuleCase } from "../support/cases";
import { RBAC } from "./support/objects";

type Own = Pick<RuleCase, "mutate" | "says" | "absent"> & { configured?: RuleCase["configured"] };

function onRbac(kind: string, name: string, one: Own): RuleCase {
  const configured = { settings: { except: [name] }, change: one.mutate };
  return { on: token(RBAC, kind), name, configured, ...one };
}

const ROLE = "reader-cluster-role";
const BINDING = "reader-cluster-role-binding";

export const accessCases: Cases = {
  "kubernetes-wildcard-role": onRbac("ClusterRole", ROLE, {
    mutate: { "rules[1].verbs": ["*"] },
    says: /^rules\[1\]\.verbs: got "\*"/,
    absent: { change: { rules: undefined } },
  }),
  "kubernetes-secret-readers": onRbac("ClusterRole", ROLE, {
    mutate: { "metadata.name": "team-reader" },
    says: /^rules\[0\]\.resources: got "list, watch secrets"; allowed is a Role/,
    absent: { change: { rules: undefined } },
    configured: { settings: { readers: [] }, says: /list, watch secrets/ },
  }),
  "kubernetes-cluster-admin": onRbac("ClusterRoleBinding", BINDING, {
    mutate: { "roleRef.name": "cluster-admin" },
    says: /^roleRef\.name: got "cluster-admin"/,
    absent: { change: { roleRef: undefined } },
  }),
  "kubernetes-default-account": onRbac("ClusterRoleBinding", BINDING, {
    mutate: { "subjects[0].name": "default" },
    says: /^subjects\[0\]\.name: got "istio-system\/default"/,
    absent: { change: { subjects: undefined } },
  }),
  "kubernetes-anonymous": onRbac("ClusterRoleBinding", BINDING, {
    mutate: { "subjects[0]": { kind: "Group", name: "system:unauthenticated" } },
    says: /^subjects\[0\]\.name: got "system:unauthenticated"/,
    absent: { change: { subjects: undefined } },
  }),
};
