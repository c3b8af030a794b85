import { type Fault, show } from "../faults";
import { valueAt } from "../walk";
import type { CheckContext } from "./context";
import { oneSource } from "./mesh";

/** Settings about Linkerd, and those of Istio's that mean nothing with it. */
export function checkLinkerd(context: CheckContext): readonly Fault[] {
  const { linkerd, meshKind } = context.shared;
  const sources = linkerd === undefined ? [] : oneSource(context.name("linkerd", "charts"), linkerd.charts);
  return [
    ...sources,
    ...(meshKind === "linkerd" ? [...checkTopology(context), ...checkIstioValues(context)] : []),
  ];
}

/** Between regions nothing is built for Linkerd. */
function checkTopology(context: CheckContext): readonly Fault[] {
  const { topology } = context.shared;
  if (topology === undefined || topology === "flat") return [];
  return [
    {
      setting: context.name("topology"),
      got: show(topology),
      allowed: "flat with meshKind linkerd, whose regions are not linked",
      fix: "write flat",
    },
  ];
}

/** A value that goes nowhere would look as if it did something. */
function checkIstioValues(context: CheckContext): readonly Fault[] {
  return ["values", "overrides"].flatMap((key) =>
    ["base", "istiod", "gateway"]
      .filter((chart) => Object.keys(objectAt(context.said[key], chart)).length > 0)
      .map((chart) => ({
        setting: context.name(key, chart),
        got: "values for a chart of Istio",
        allowed: "nothing with meshKind linkerd, which installs other charts",
        fix: `take them out; Linkerd's stand in ${context.name("linkerd", "values")}`,
      })),
  );
}

function objectAt(value: unknown, key: string): object {
  const found = valueAt(value, [key]);
  return typeof found === "object" && found !== null ? found : {};
}
