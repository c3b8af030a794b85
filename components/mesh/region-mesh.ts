import type * as pulumi from "@pulumi/pulumi";
import type { Mesh as MeshTable, Region } from "../../topology";
import type { Cluster } from "../cluster/cluster";
import type { EastWestPlan } from "../cluster/east-west";
import type { ControlPlane } from "../link/control-plane";
import type { RegionPlan } from "../plan";
import { EastWest } from "./east-west";
import { Mesh } from "./mesh";

/** What is installed in a region, and where. */
export interface RegionMeshArgs {
  readonly mesh: MeshTable;
  readonly region: Region;
  readonly namespace: pulumi.Input<string>;
  readonly cluster: Cluster;
  readonly plan: RegionPlan;
  /** Absent where the region has no gateway to other networks. */
  readonly eastWest: EastWestPlan | undefined;
  /** Absent where the region has an istiod of its own. */
  readonly controlPlane: ControlPlane | undefined;
}

/** Istio in a region: the control plane, or in a remote the way to it, and the gateways as soon as they can run. */
export function regionMesh(args: RegionMeshArgs, opts: pulumi.ComponentResourceOptions): Mesh {
  const { mesh, region, namespace, cluster, plan, eastWest, controlPlane } = args;
  const withoutGateways = controlPlane?.reading === false;
  const addresses = {
    ...(cluster.gateway === undefined ? {} : { gateway: cluster.gateway }),
    istiod: controlPlane?.address,
  };
  const installed = new Mesh("mesh", { namespace, plan: plan.mesh, addresses, withoutGateways }, opts);
  const balancer = cluster.eastWest;
  if (eastWest !== undefined && balancer !== undefined && !withoutGateways) {
    const { globalHosts } = plan;
    new EastWest(
      "east-west",
      { mesh, region, plan: plan.mesh, eastWest, balancer, globalHosts },
      { ...opts, dependsOn: [installed] },
    );
  }
  return installed;
}
