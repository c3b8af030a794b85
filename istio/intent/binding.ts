import type { LabelSelector } from "../../topology";

/** Says what goes to which clusters, as a KubeStellar BindingPolicy does. */
export interface BindingArgs {
  /**
   * Name of the binding, and of the BindingPolicy that an export makes of it.
   * @example "ai-agent"
   */
  readonly name: string;
  /**
   * Selectors over the labels of the regions table; a cluster is bound when any of them matches.
   * @example [{ matchLabels: { mesh: "enabled" } }]
   */
  readonly clusters: readonly LabelSelector[];
  /**
   * Names of applications that go there with all that they have.
   * @default none
   * @example ["ai-agent"]
   */
  readonly applications?: readonly string[];
  /**
   * Selectors over the labels of applications and of their entries; an entry has its application's labels and its
   * own, which win. What any of them matches goes there, and the namespace that it stands in.
   * @default none
   * @example [{ matchLabels: { team: "payments" } }]
   */
  readonly entries?: readonly LabelSelector[];
}

/** A binding with its defaults filled in. */
export interface Binding extends BindingArgs {
  readonly applications: readonly string[];
  readonly entries: readonly LabelSelector[];
}

/** A binding of the catalog. It is checked together with everything else by `compile`. */
export function binding(args: BindingArgs): Binding {
  return { ...args, applications: args.applications ?? [], entries: args.entries ?? [] };
}
