import { ownLabels as labelsOf } from "../../istio/model";

/** Labels of an object of ours; with `part-of` a destroyed cluster is searched for leaks. */
export function ownLabels(name: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...labelsOf(name), ...more };
}

/** Where the control plane, the remote secrets and what belongs to the whole mesh stand. */
export const SYSTEM_NAMESPACE = "istio-system";
