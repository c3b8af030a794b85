import { quantity } from "./quantity";
import { namespaceOf, type Container, type FieldRef, type Pod, type ResourceFieldRef } from "./types";

/** What the downward API can tell of where a pod runs. */
export interface Placement {
  /** The addresses as the cluster sees them. */
  readonly podIP: string;
  readonly hostIP: string;
  /** What the node can give: the value of a limit that a container does not set. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a field of the pod; an unknown path is a fault of the pod's spec. */
export function fieldValue(ref: FieldRef, pod: Pod, placement: Placement): string {
  const path = ref.fieldPath;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return namespaceOf(pod);
    case "metadata.uid":
      return pod.metadata.uid ?? "";
    case "metadata.labels":
      return lines(pod.metadata.labels);
    case "metadata.annotations":
      return lines(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "default";
    case "status.podIP":
    case "status.podIPs":
      return placement.podIP;
    case "status.hostIP":
    case "status.hostIPs":
      return placement.hostIP;
    default:
      throw new Error(`fieldPath "${path}" is not known to the sandbox's node agent.`);
  }
}

/** A request or limit in units of the divisor, rounded up as the kubelet does. */
export function resourceValue(ref: ResourceFieldRef, container: Container, placement: Placement): string {
  const [kind = "", resource = ""] = ref.resource.split(/\.(.*)/s);
  const limits = container.resources?.limits ?? {};
  const requests = container.resources?.requests ?? {};
  const set = kind === "requests" ? (requests[resource] ?? limits[resource] ?? "0") : limits[resource];
  const value = set ?? placement.allocatable[resource];
  if ((kind !== "limits" && kind !== "requests") || value === undefined)
    throw new Error(`resource "${ref.resource}" is not known to the sandbox's node agent.`);
  const divisor = ref.divisor === undefined || ref.divisor === "0" ? "1" : ref.divisor;
  return String(Math.ceil(quantity(value) / quantity(divisor)));
}

function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
