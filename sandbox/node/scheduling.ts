import { quantity } from "./quantity";
import type { NodeRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from "./types";

/** A node as the scheduler sees it. */
export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Pods on the node that have not ended. */
  readonly pods: readonly Pod[];
}

/** Where a pod goes, or why it goes nowhere. */
export type Decision = { readonly node: string } | { readonly reason: string };

/** Chooses a node as the scheduler would: what must hold first, then even spreading. */
export function place(pod: Pod, nodes: readonly NodeView[]): Decision {
  const faults = nodes.map((node) => ({ node, fault: faultOf(pod, node) }));
  const fitting = faults.filter(({ fault }) => fault === undefined).map(({ node }) => node);
  const chosen = fitting.toSorted(
    (a, b) =>
      siblings(pod, a) - siblings(pod, b) || a.pods.length - b.pods.length || (a.name < b.name ? -1 : 1),
  )[0];
  if (chosen !== undefined) return { node: chosen.name };
  const counts = new Map<string, number>();
  for (const { fault } of faults) if (fault !== undefined) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const words = [...counts].map(([fault, count]) => `${count} ${fault}`).toSorted();
  return { reason: `0/${nodes.length} nodes are available: ${words.join(", ") || "there is no node"}.` };
}

function faultOf(pod: Pod, node: NodeView): string | undefined {
  if (node.unschedulable) return "node(s) were unschedulable";
  const taint = node.taints.find(
    (taint) =>
      taint.effect !== "PreferNoSchedule" &&
      !(pod.spec.tolerations ?? []).some((one) => tolerates(one, taint)),
  );
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
  if (!isWanted(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  if (node.pods.length + 1 > quantity(node.allocatable["pods"] ?? "0")) return "Too many pods";
  for (const resource of ["cpu", "memory"] as const) {
    const used = node.pods.reduce((sum, other) => sum + requested(other, resource), 0);
    if (used + requested(pod, resource) > quantity(node.allocatable[resource] ?? "0"))
      return `Insufficient ${resource}`;
  }
  return undefined;
}

function isWanted(pod: Pod, node: NodeView): boolean {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => node.labels[key] === value)) return false;
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => holds(term, node));
}

/** A term without requirements matches nothing, as the API says. */
function holds(term: NodeSelectorTerm, node: NodeView): boolean {
  const labels = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  return (
    labels.length + fields.length > 0 &&
    labels.every((one) => matches(one, node.labels[one.key])) &&
    fields.every((one) => matches(one, one.key === "metadata.name" ? node.name : undefined))
  );
}

function matches({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect)
    return false;
  if (toleration.operator === "Exists")
    return toleration.key === undefined || toleration.key === "" || toleration.key === taint.key;
  return toleration.key === taint.key && (toleration.value ?? "") === (taint.value ?? "");
}

function siblings(pod: Pod, node: NodeView): number {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true)?.uid;
  return owner === undefined
    ? 0
    : node.pods.filter((other) => other.metadata.ownerReferences?.some((one) => one.uid === owner)).length;
}

function requested(pod: Pod, resource: "cpu" | "memory"): number {
  return pod.spec.containers.reduce(
    (sum, { resources }) =>
      sum + quantity(resources?.requests?.[resource] ?? resources?.limits?.[resource] ?? "0"),
    0,
  );
}
