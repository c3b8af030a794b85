import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../istio/choose";
import type { CompiledCatalog } from "../istio/compile";
import { EAST_WEST_NAME, EAST_WEST_NAMESPACE } from "../istio/eastWest";
import { withoutEffect } from "../istio/matrix";
import { OBSERVABILITY_NAMESPACE } from "../istio/observability";
import { compileAll, globalHostsOf, regionPart, type PolicySettings } from "../istio/region";
import { throwFaults } from "../istio/rules/fault";
import { checkGatewayPods } from "../istio/rules/gatewayPods";
import { checkGatewayPorts } from "../istio/rules/gatewayPorts";
import { GATEWAYS } from "../istio/values";
import { hasEastWestGateway } from "../topology";
import { SYSTEM_NAMESPACE } from "./internal/labels";
import { gatewayNamespaces } from "./mesh/mesh";
import { planMesh, type MeshPlan, type MeshSettings } from "./mesh/plan";
import { planObservability, spanSink } from "./observability/plan";
import type { ObservabilityPlan, ObservabilitySettings } from "./observability/plan";
import { checkPolicy } from "./policy/lint";

/** What a region installs and applies, as far as settings and catalog say it. */
export interface RegionPlan {
  readonly mesh: MeshPlan;
  readonly observability: ObservabilityPlan;
  readonly policy: CompiledCatalog;
  /** Hosts that gateways to other networks let through besides the clusters' own names. */
  readonly globalHosts: readonly string[];
  /** Releases of all gateways. */
  readonly gateways: readonly string[];
  /** Names of all namespaces that the stack makes. */
  readonly namespaces: readonly string[];
}

/** Finds each fault of the catalog, the values and the charts before a cluster is waited for, or anything is made. */
export function planRegion(
  settings: MeshSettings & ObservabilitySettings & PolicySettings,
  catalog: Catalog,
): RegionPlan {
  const compiled = compileAll(settings, catalog);
  const plan = {
    mesh: planMesh({ ...settings, spans: spanSink(settings) }),
    observability: planObservability(settings, existsSync),
    policy: regionPart(compiled, settings),
  };
  throwFaults([
    ...checkGatewayPods(plan.policy.objects, plan.mesh.gateways),
    ...checkGatewayPorts(plan.policy.objects, plan.mesh.valuesFor({})),
  ]);
  checkPolicy(settings, catalog, compiled);
  warnIdle(settings, plan.policy);
  const own = plan.policy.namespaces.map(({ name }) => name);
  const beside = plan.observability.addOns.length > 0 ? [OBSERVABILITY_NAMESPACE] : [];
  const isEdge = hasEastWestGateway(settings.mesh, settings.region.name);
  const eastWest = isEdge ? [EAST_WEST_NAMESPACE] : [];
  const gateways = plan.mesh.gateways.map((key): string => GATEWAYS[key].release);
  return {
    ...plan,
    globalHosts: globalHostsOf(settings, catalog),
    gateways: isEdge ? [...gateways, EAST_WEST_NAME] : gateways,
    namespaces: [SYSTEM_NAMESPACE, ...gatewayNamespaces(plan.mesh), ...eastWest, ...beside, ...own],
  };
}

/**
 * Names what has no effect; it may be wanted, so it is no fault: bindings and entries, and labels of the region that no
 * binding means, which leaves it without mutual TLS.
 */
export function warnIdle({ applications, region }: PolicySettings, policy: CompiledCatalog): void {
  for (const sentence of withoutEffect(policy.matrix)) void pulumi.log.warn(sentence);
  const { labels, name } = region;
  // What is bound to a remote its primary applies, so the remote's own part may be empty.
  const isGoverned = Object.values(policy.matrix.objects).some((regions) => regions.includes(name));
  const given = [...policy.objects, ...policy.namespaces];
  if (applications.length === 0 || given.length > 0 || isGoverned) return;
  void pulumi.log.warn(
    `no binding of the catalog selects region ${name}, so it gets no service and no policy, mutual TLS included. ` +
      `Bindings go by the labels in global-mesh:regions; ${name} has ${JSON.stringify(labels)}`,
  );
}
