import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { EAST_WEST_NAME, EAST_WEST_NAMESPACE, eastWestObjects } from "../../istio/eastWest";
import { objectKey } from "../../istio/model";
import { exposesIstiod, hasIstiod, type Mesh, type Region } from "../../topology";
import type { EastWestBalancer } from "../cluster/cluster";
import type { EastWestPlan } from "../cluster/east-west";
import { ownLabels } from "../internal/labels";
import { meshRelease } from "./mesh";
import type { MeshPlan } from "./plan";

/** Arguments of {@link EastWest}. */
export interface EastWestArgs {
  readonly mesh: Mesh;
  readonly region: Region;
  readonly plan: MeshPlan;
  readonly eastWest: EastWestPlan;
  readonly balancer: EastWestBalancer;
  /** Global hosts of the services that this region's istiod knows. */
  readonly globalHosts: readonly string[];
}

/** The gateway by which other networks come in, and what it lets through. Made after the mesh. */
export class EastWest extends pulumi.ComponentResource {
  constructor(name: string, args: EastWestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:mesh:EastWest", name, {}, opts);
    const { mesh, region, plan, balancer } = args;
    const child = { parent: this };
    const namespace = new core.Namespace(
      EAST_WEST_NAMESPACE,
      { metadata: { name: EAST_WEST_NAMESPACE, labels: ownLabels(EAST_WEST_NAMESPACE) } },
      child,
    );
    const { annotations } = balancer;
    const { sources } = args.eastWest;
    meshRelease(
      EAST_WEST_NAME,
      plan.charts.gateway,
      {
        name: EAST_WEST_NAME,
        namespace: namespace.metadata.name,
        timeout: 600,
        values: plan.eastWestFor({ annotations, sources }),
      },
      child,
    );
    // Objects are read from the primary alone, where they select the gateways of remotes as well.
    const exposedRevision = exposesIstiod(mesh, region.name) ? plan.revision : undefined;
    const objects = hasIstiod(region)
      ? eastWestObjects({ globalHosts: args.globalHosts, exposedRevision })
      : [];
    for (const object of objects) {
      const { apiVersion, kind, metadata, spec } = object;
      new CustomResource(
        objectKey(object),
        { apiVersion, kind, metadata: { ...metadata, labels: { ...metadata.labels } }, spec },
        { parent: this, dependsOn: [namespace] },
      );
    }
    this.registerOutputs({});
  }
}
