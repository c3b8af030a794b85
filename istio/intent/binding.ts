import type { LabelSelector } from "../../topology";

/** Says which applications go to which clusters, as a KubeStellar BindingPolicy does. */
export interface Binding {
  /**
   * Name of the binding.
   * @example "ai-agent"
   */
  readonly name: string;
  /**
   * Selectors over the labels of the regions table; a cluster is bound when any of them matches.
   * @example [{ matchLabels: { mesh: "enabled" } }]
   */
  readonly clusters: readonly LabelSelector[];
  /**
   * Names of the applications.
   * @example ["ai-agent"]
   */
  readonly applications: readonly string[];
}

/** A binding of the catalog. */
export function binding(args: Binding): Binding {
  return args;
}
