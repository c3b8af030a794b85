import * as pulumi from "@pulumi/pulumi";
import { clusterName, hasIstiod, regionOf, type Mesh } from "../../topology";
import { readContract } from "../internal/contract";
import { readStack, type StackReading } from "../internal/stack";
import { checkStanding } from "../internal/standing";
import { LINKED_PEERS } from "./peers";

/** Output with the address of a region's east-west gateway. */
export const EAST_WEST_ADDRESS = "eastWestAddress";

/** Output of a remote: what it does not have yet because the primary's istiod does not read the cluster yet. */
export const PENDING_GATEWAYS = "pendingGateways";

/** The istiod of another region, which runs the proxies of this one. */
export interface ControlPlane {
  /** Region of the istiod. */
  readonly region: string;
  /** Name of its cluster in the mesh. */
  readonly cluster: string;
  /** Where its east-west gateway takes remotes in. */
  readonly address: string;
  /**
   * Whether it reads this cluster. Before that nothing injects proxies, and a gateway, which is a proxy and nothing
   * else, would wait for one until its update failed.
   */
  readonly reading: boolean;
}

/** Reads what a remote needs of its primary before any resource is registered; undefined where the region is none. */
export async function readControlPlane(mesh: Mesh, self: string): Promise<ControlPlane | undefined> {
  const region = regionOf(mesh, self);
  if (hasIstiod(region)) return undefined;
  const [own, primary] = await Promise.all([readStack(self), readStack(region.controlPlane)]);
  checkStanding({ region: self, mesh, meshKind: "istio" }, own);
  checkStanding({ region: region.controlPlane, mesh, meshKind: "istio" }, primary);
  const controlPlane = judgeControlPlane(self, region.controlPlane, primary, own);
  if (!controlPlane.reading) await pulumi.log.warn(waiting(self, region.controlPlane));
  return controlPlane;
}

/**
 * Says where a remote's istiod is. All that is missing is an error: half a region without a control plane would be of
 * no use, and one that stands must not lose its own.
 * @param own what the remote's last update said; gateways that stand are never taken away for a primary that, for now,
 *   does not list the remote.
 */
export function judgeControlPlane(
  self: string,
  region: string,
  primary: StackReading,
  own: StackReading,
): ControlPlane {
  if (primary.kind !== "outputs") throw new Error(primaryFirst(self, region, primary.stack, primary.kind));
  const { stack, outputs } = primary;
  const cluster = clusterName(region);
  const contract = readContract(stack, outputs);
  if (contract.cluster !== cluster) {
    throw new Error(
      `stack ${stack} says that its cluster is ${contract.cluster ?? "none"}, the regions table says ${cluster}. ` +
        "Give each region its own stack name",
    );
  }
  const address = outputs[EAST_WEST_ADDRESS];
  if (typeof address !== "string" || address === "") {
    throw new Error(
      `stack ${stack} exports no ${EAST_WEST_ADDRESS}, by which ${self} reaches istiod: it was last brought up as ` +
        `something else than a primary. Bring it up again first: pulumi up --stack ${region}`,
    );
  }
  const linked = outputs[LINKED_PEERS];
  const reading = Array.isArray(linked) && linked.includes(self);
  return { region, cluster, address, reading: reading || hasGateways(own) };
}

function hasGateways(own: StackReading): boolean {
  const pending = own.kind === "outputs" ? own.outputs[PENDING_GATEWAYS] : undefined;
  return Array.isArray(pending) && pending.length === 0;
}

const WHY = {
  "unknown-stack": "does not exist",
  "no-resources": "exists but was never brought up, or was destroyed",
  "no-outputs": "has no outputs yet: its first update did not finish",
} as const;

function primaryFirst(self: string, region: string, stack: string, kind: keyof typeof WHY): string {
  return (
    `stack ${stack} ${WHY[kind]}. The istiod of region ${region} runs the proxies of ${self}, so it comes before ` +
    `the remotes: pulumi up --stack ${region}`
  );
}

function waiting(self: string, region: string): string {
  return (
    `the gateways of ${self} are pending: istiod of ${region} does not read this cluster yet, so nothing would make ` +
    `their pods proxies. Run pulumi up --stack ${region}, then pulumi up --stack ${self} once more`
  );
}
