import { armId } from "./azure";
import { at, type StateResource } from "./state";

/** What is known of the outside object of a resource whose creation was interrupted. */
export type Outside =
  /** It has this id, if it was made. */
  | { readonly kind: "id"; readonly id: string }
  /** Nothing outside the state can be left of it. */
  | { readonly kind: "none" }
  /** Only a person can say; `why` ends a sentence. */
  | { readonly kind: "unknown"; readonly why: string };

/** Packages whose resources exist in the state alone. */
const STATE_ONLY = ["random", "tls", "pulumi"];

const CLUSTER_SCOPED = new Set([
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
  "IngressClass",
  "RuntimeClass",
  "APIService",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "GatewayClass",
]);

/** Works out the id that a resource has or would have once made, from its type and its inputs. */
export function identify(resource: StateResource, subscriptionId: string | undefined): Outside {
  const package_ = resource.type.split(":")[0] ?? "";
  if (!resource.custom || STATE_ONLY.includes(package_)) return { kind: "none" };
  if (package_ === "azure-native") {
    const id = armId(resource, subscriptionId);
    if (id !== undefined) return { kind: "id", id };
    return {
      kind: "unknown",
      why:
        subscriptionId === undefined
          ? "the state names no subscription: set ARM_SUBSCRIPTION_ID"
          : `its ARM id cannot be worked out from type and inputs`,
    };
  }
  if (package_ === "kubernetes") return kubernetesId(resource);
  return { kind: "unknown", why: `ids of package ${package_} are not known here` };
}

function kubernetesId({ type, inputs }: StateResource): Outside {
  const kind = type.split(":").at(-1) ?? "";
  // A patch is server-side apply to an object that is not ours: made again, it says the same.
  if (kind.endsWith("Patch")) return { kind: "none" };
  const release = type === "kubernetes:helm.sh/v3:Release";
  const name = release ? at(inputs, "name") : at(inputs, "metadata", "name");
  const said = release ? at(inputs, "namespace") : at(inputs, "metadata", "namespace");
  if (typeof name !== "string") return { kind: "unknown", why: "its inputs hold no plain name" };
  if (said !== undefined && typeof said !== "string") {
    return { kind: "unknown", why: "its inputs hold no plain namespace" };
  }
  if (!release && CLUSTER_SCOPED.has(kind)) return { kind: "id", id: name };
  return { kind: "id", id: said === undefined && !release ? name : `${said ?? "default"}/${name}` };
}
