import type { Fault } from "../faults";
import { ADD_ONS } from "../sections/observability";
import type { CheckContext } from "./context";

const SOURCES = ["repository", "registry", "folder"] as const;

/** The add-ons beside the mesh: where their charts come from, and what they ask. */
export function checkObservability(context: CheckContext): readonly Fault[] {
  const said = context.shared.observability;
  if (said === undefined) return [];
  const sources = ADD_ONS.flatMap((name): readonly Fault[] => {
    const named = SOURCES.filter((source) => said[name][source] !== undefined);
    if (named.length < 2) return [];
    return [
      {
        setting: context.name("observability", name),
        got: `{${named.join(", ")}}`,
        allowed: "at most one of repository, registry and folder",
        fix: "keep one of them",
      },
    ];
  });
  const askers = (["grafana", "kiali"] as const).filter((name) => said[name].enabled);
  if (said.prometheus.enabled || said.prometheusUrl !== undefined) return sources;
  return [
    ...sources,
    ...askers.map((name): Fault => ({
      setting: context.name("observability", name, "enabled"),
      got: "true, and there is no Prometheus that it could ask",
      allowed: "false, or true beside prometheus.enabled or prometheusUrl",
      fix: "enable prometheus too, or name one in prometheusUrl",
    })),
  ];
}
