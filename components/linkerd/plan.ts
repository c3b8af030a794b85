import { existsSync } from "node:fs";
import { chooseApplications, type Catalog } from "../../istio/choose";
import { regionContext, type PolicySettings } from "../../istio/region";
import type { Values } from "../../istio/values";
import { compileForLinkerd, type LinkerdCatalog } from "../../linkerd/compile";
import { LINKERD_NAMESPACE, VIZ_NAMESPACE } from "../../linkerd/names";
import { linkerdValues, type LinkerdChart, type LinkerdOverrides } from "../../linkerd/values";
import type { ChartReference, ChartSource } from "../mesh/chart";
import { linkerdChart } from "./charts";

/** Settings that decide what a region with Linkerd installs and applies. */
export interface LinkerdPlanSettings extends PolicySettings {
  readonly linkerd: {
    readonly charts: ChartSource;
    readonly versions: Readonly<Record<LinkerdChart, string>>;
    readonly gatewayApi: "install" | "existing";
    readonly viz: boolean;
    readonly values: Readonly<Record<LinkerdChart, Readonly<Record<string, unknown>>>>;
  };
}

/** Charts, values and policy of a region with Linkerd, found sound. */
export interface LinkerdPlan {
  readonly policy: LinkerdCatalog;
  readonly values: Readonly<Record<LinkerdChart, Values>>;
  /** Without viz where it is not wanted. */
  readonly charts: Readonly<Record<Exclude<LinkerdChart, "viz">, ChartReference>> & {
    readonly viz?: ChartReference;
  };
  /** Names of all namespaces that the stack makes. */
  readonly namespaces: readonly string[];
}

/**
 * Finds each fault of the catalog, the values and the charts before a cluster is waited for, or anything is made.
 * @throws FaultError or Error naming the setting.
 */
export function planLinkerd(settings: LinkerdPlanSettings, catalog: Catalog): LinkerdPlan {
  const { charts, versions, gatewayApi, viz, values } = settings.linkerd;
  const policy = policyOf(settings, catalog);
  const reference = (chart: LinkerdChart): ChartReference =>
    linkerdChart(charts, chart, versions[chart], existsSync);
  return {
    policy,
    values: linkerdValues({
      trustDomain: settings.trustDomain,
      installGatewayApi: gatewayApi === "install",
      ...(policy.defaultInboundPolicy === undefined
        ? {}
        : { defaultInboundPolicy: policy.defaultInboundPolicy }),
      overrides: values as LinkerdOverrides,
    }),
    charts: {
      crds: reference("crds"),
      controlPlane: reference("controlPlane"),
      ...(viz ? { viz: reference("viz") } : {}),
    },
    namespaces: [
      LINKERD_NAMESPACE,
      ...(viz ? [VIZ_NAMESPACE] : []),
      ...policy.namespaces.map(({ name }) => name),
    ],
  };
}

function policyOf(settings: LinkerdPlanSettings, catalog: Catalog): LinkerdCatalog {
  const { applications, bindings } = chooseApplications(catalog, settings.applications, settings.rollouts);
  return compileForLinkerd(applications, bindings, regionContext(settings));
}
