/** What the stand-in knows of a type token such as `kubernetes:core/v1:Namespace`. */
export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for a custom resource: only the server knows. */
  readonly namespaced?: boolean;
  /** A kind that Kubernetes brings itself, whose values the server brings into a normal form. */
  readonly builtin: boolean;
}

/** The type of a Helm release. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

const CLUSTER = { namespaced: false, builtin: true } as const;
const NAMESPACED = { namespaced: true, builtin: true } as const;

/** The built-in kinds that the stand-in serves: those that the program uses and that need no readiness logic. */
const SERVED: Readonly<Record<string, { readonly namespaced: boolean; readonly builtin: true }>> = {
  "v1/Namespace": CLUSTER,
  "v1/Secret": NAMESPACED,
  "v1/ConfigMap": NAMESPACED,
  "v1/ServiceAccount": NAMESPACED,
  "rbac.authorization.k8s.io/v1/ClusterRole": CLUSTER,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": CLUSTER,
  "rbac.authorization.k8s.io/v1/Role": NAMESPACED,
  "rbac.authorization.k8s.io/v1/RoleBinding": NAMESPACED,
  "networking.k8s.io/v1/NetworkPolicy": NAMESPACED,
};

/**
 * The groups of the official package's own kinds. A group that is not here belongs to a
 * CustomResourceDefinition, `gateway.networking.k8s.io` included.
 */
const BUILTIN_GROUPS: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "auditregistration.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "core",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "helm.sh",
  "kustomize",
  "meta",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "settings.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
  "yaml",
]);

/** Reads a type token; a kind that the stand-in does not serve is refused by name. */
export function objectType(token: string): ObjectType {
  const [, module = "", kind = ""] = token.split(":");
  const slash = module.lastIndexOf("/");
  const group = slash < 0 ? "" : module.slice(0, slash);
  const version = module.slice(slash + 1);
  if (group === "" || kind === "")
    throw new Error(`${token} is not the type of a Kubernetes object: ${servedKinds()}`);
  const apiVersion = group === "core" ? version : `${group}/${version}`;
  const served = SERVED[`${apiVersion}/${kind}`];
  if (served !== undefined) return { apiVersion, kind, ...served };
  if (BUILTIN_GROUPS.has(group))
    throw new Error(`the sandbox's kubernetes plugin does not serve ${token}: ${servedKinds()}`);
  return { apiVersion, kind, builtin: false };
}

function servedKinds(): string {
  const kinds = Object.keys(SERVED).map((key) => key.slice(key.lastIndexOf("/") + 1));
  return `it serves ${kinds.join(", ")}, custom resources, and helm.sh/v3 Release. Other kinds need the official plugin.`;
}
