import { type Fault, show } from "../faults";
import { ADD_ONS } from "../sections/observability";
import type { CheckContext } from "./context";
import { oneSource } from "./mesh";

/** Settings about Linkerd, and those of Istio's that mean nothing with it. */
export function checkLinkerd(context: CheckContext): readonly Fault[] {
  const { linkerd, meshKind } = context.shared;
  const sources = linkerd === undefined ? [] : oneSource(context.name("linkerd", "charts"), linkerd.charts);
  return [
    ...sources,
    ...(meshKind === "linkerd"
      ? [
          ...checkTopology(context),
          ...checkOutbound(context),
          ...checkIstioValues(context),
          ...checkIstioExtras(context),
        ]
      : []),
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

/** Linkerd's proxies would pass on what is meant to be refused. */
function checkOutbound(context: CheckContext): readonly Fault[] {
  const { outboundTrafficPolicy } = context.shared;
  if (outboundTrafficPolicy !== "REGISTRY_ONLY") return [];
  return [
    {
      setting: context.name("outboundTrafficPolicy"),
      got: outboundTrafficPolicy,
      allowed: "ALLOW_ANY with meshKind linkerd, for which no registry of hosts is built",
      fix: "write ALLOW_ANY, and refuse what is unknown by the network: a NetworkPolicy or a firewall",
    },
  ];
}

/** A value that goes nowhere would look as if it did something. */
function checkIstioValues(context: CheckContext): readonly Fault[] {
  return ["values", "overrides"].flatMap((key) =>
    Object.entries(objectOf(context.said[key]))
      .filter(([, values]) => Object.keys(objectOf(values)).length > 0)
      .map(([chart]) => ({
        setting: context.name(key, chart),
        got: "values for a chart of Istio",
        allowed: "nothing with meshKind linkerd, which installs other charts",
        fix: `take them out; Linkerd's stand in ${context.name("linkerd", "values")}`,
      })),
  );
}

/** What is installed beside Istio only. */
function checkIstioExtras(context: CheckContext): readonly Fault[] {
  const { egressGateway, internalGateway, observability } = context.shared;
  const wanted = [
    ...(egressGateway === "always" ? [[context.name("egressGateway"), "always", "never"] as const] : []),
    ...(internalGateway === true ? [[context.name("internalGateway"), "true", "false"] as const] : []),
    ...ADD_ONS.filter((name) => observability?.[name].enabled === true).map(
      (name) => [context.name("observability", name, "enabled"), "true", "false"] as const,
    ),
  ];
  return wanted.map(([setting, got, allowed]) => ({
    setting,
    got,
    allowed: `${allowed} with meshKind linkerd: it stands beside Istio only`,
    fix: `write ${allowed}; ${context.name("linkerd", "viz")} brings Linkerd's own metrics and dashboard`,
  }));
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
