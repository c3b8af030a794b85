import { EAST_WEST_NAME, EAST_WEST_NAMESPACE, eastWestObjects } from "../../../../istio/eastWest";
import type { KubeObject } from "../../../../sandbox/kube";
import { exposesIstiod, hasEastWestGateway, hasIstiod, regionOf } from "../../../../topology";
import type { TestCluster } from "../../node/support/cluster";
import { release } from "./install";
import type { TestRegion } from "./project";

/**
 * Address by which a remote's chart is told of its istiod. An EndpointSlice takes no loopback address, as that of the
 * primary's east-west gateway is here; the proxies of the sandbox find istiod where the webhook is.
 */
export const ISTIOD_OF_REMOTES = "10.255.255.1";

/** What the namespace of a region's control plane says, as the program would write it. */
export function systemMarks({
  settings,
}: TestRegion): Pick<KubeObject["metadata"], "labels" | "annotations"> {
  const { mesh, region } = settings;
  const { cluster } = regionOf(mesh, region.controlPlane);
  return {
    labels: { "topology.istio.io/network": region.network },
    annotations: hasIstiod(region) ? {} : { "topology.istio.io/controlPlaneClusters": cluster },
  };
}

/** Objects by which a region's istiod lets other networks in; none where the region has none of its own. */
export function eastWestPolicy({ settings, plan }: TestRegion): readonly KubeObject[] {
  const { mesh, region, revision } = settings;
  if (!hasEastWestGateway(mesh, region.name) || !hasIstiod(region)) return [];
  const exposedRevision = exposesIstiod(mesh, region.name) ? revision : undefined;
  return eastWestObjects({ globalHosts: plan.globalHosts, exposedRevision }) as unknown as KubeObject[];
}

/** Installs the gateway to other networks in its namespace, which exists, where the topology has one. */
export async function installEastWest(cluster: TestCluster, { settings, plan }: TestRegion): Promise<void> {
  if (!hasEastWestGateway(settings.mesh, settings.region.name)) return;
  const values = plan.mesh.eastWestFor({ annotations: {}, sources: ["127.0.0.0/8"] });
  await release(cluster, EAST_WEST_NAME, EAST_WEST_NAMESPACE, plan.mesh.charts.gateway.chart, values);
}
