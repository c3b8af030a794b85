import { at, isFields } from "../../rules/fields";
import { SelectorIndex, labelsOf, type Labels } from "./labels";
import type { Viewed } from "./object";

/** What workloads accept. */
export type Mode = "STRICT" | "PERMISSIVE" | "DISABLE";

const MODES: readonly unknown[] = ["STRICT", "PERMISSIVE", "DISABLE"] satisfies readonly Mode[];

/** What the PeerAuthentications of a cluster say: the narrowest policy decides. */
export class ModeIndex {
  private readonly policies = new SelectorIndex<unknown>();

  constructor(
    policies: readonly Viewed[],
    private readonly rootNamespace: string,
  ) {
    for (const { namespace, spec } of policies) {
      this.policies.add(namespace, labelsOf(at(spec, "selector", "matchLabels")), spec);
    }
  }

  /** What the workloads of a namespace with these labels accept; undefined where nothing says it. */
  modeOf(namespace: string, labels: Labels): Mode | undefined {
    const own = this.policies.selecting(namespace, labels).map(saidMode);
    return own.find((mode) => mode !== undefined) ?? this.namespaceMode(namespace);
  }

  namespaceMode(namespace: string): Mode | undefined {
    const said = [...this.policies.ofAll(namespace), ...this.policies.ofAll(this.rootNamespace)];
    return said.map(saidMode).find((mode) => mode !== undefined);
  }

  /** Whether single ports of these workloads accept something else. */
  hasPorts(namespace: string, labels: Labels): boolean {
    return this.policies.selecting(namespace, labels).some((spec) => isFields(at(spec, "portLevelMtls")));
  }
}

/** UNSET, as nothing at all, leaves it to the wider policy. */
function saidMode(spec: unknown): Mode | undefined {
  const mode = at(spec, "mtls", "mode");
  return MODES.includes(mode) ? (mode as Mode) : undefined;
}
