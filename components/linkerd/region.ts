import type * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../../istio/choose";
import { regionCluster, type RegionClusterArgs } from "../cluster/region-cluster";
import { readStack } from "../internal/stack";
import { checkStanding } from "../internal/standing";
import { regionOutputs } from "../outputs";
import { warnIdle } from "../plan";
import { MeshPolicy } from "../policy/policy";
import { LinkerdIdentity } from "./identity";
import { Linkerd } from "./linkerd";
import { linkerdNamespace } from "./namespace";
import { planLinkerd, type LinkerdPlanSettings } from "./plan";
import { readIssuer } from "./reading";

/** Settings of a region with Linkerd. */
export type LinkerdRegionSettings = LinkerdPlanSettings & Omit<RegionClusterArgs, "namespaces">;

/**
 * A region with Linkerd: cluster, identity, control plane, policy. It reads no peer and is linked to none.
 * @returns the outputs of its stack.
 */
export async function linkerdRegion(
  settings: LinkerdRegionSettings,
  catalog: Catalog,
  kubeconfig: pulumi.Output<string> | undefined,
): Promise<Record<string, unknown>> {
  // What settings and catalog say is worked out first, so that a fault in them leaves nothing half made.
  const plan = planLinkerd(settings, catalog);
  warnIdle(settings, plan.policy);
  const { namespaces } = plan;
  const { mesh, region } = settings;
  checkStanding({ region: region.name, mesh, meshKind: "linkerd" }, await readStack(region.name));
  const { issuer, rootFingerprint } = await readIssuer(region.name);
  const { cluster, providers } = await regionCluster({ ...settings, namespaces }, [], kubeconfig);
  const after = (...dependsOn: pulumi.Resource[]) => ({ providers, dependsOn });

  const namespace = linkerdNamespace(cluster).metadata.name;
  const identity = new LinkerdIdentity("identity", { namespace, issuer }, after(...cluster.foundations));
  const installed = new Linkerd("linkerd", { namespace, plan }, after(...cluster.foundations, identity));
  const policy = new MeshPolicy("policy", plan.policy, after(installed));

  return regionOutputs({
    ...settings,
    meshKind: "linkerd",
    rootFingerprint,
    cluster,
    peers: [],
    heldPeerings: [],
    appliedPolicies: policy.applied,
    policyMatrix: plan.policy.matrix,
  });
}
