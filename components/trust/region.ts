import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { hasIstiod, type Region } from "../../topology";
import { ownLabels } from "../internal/labels";
import { secretData } from "../internal/secret-data";
import { caSecretFiles, type Intermediate } from "./certificates";

/** Arguments of {@link RegionTrust}. */
export interface RegionTrustArgs {
  /** The namespace of istiod. */
  readonly namespace: pulumi.Input<string>;
  /** Secret. */
  readonly intermediate: pulumi.Output<Intermediate>;
}

/** The CA of a region's istiod; none in a remote: a key that signs nothing there could only be lost. */
export function regionTrust(
  region: Region,
  args: RegionTrustArgs,
  opts?: pulumi.ComponentResourceOptions,
): readonly pulumi.Resource[] {
  return hasIstiod(region) ? [new RegionTrust("trust", args, opts)] : [];
}

/**
 * The CA of this region's istiod. It stands before istiod starts: without it istiod makes a root of its own,
 * and workloads that were signed by it trust no other region.
 */
export class RegionTrust extends pulumi.ComponentResource {
  constructor(name: string, args: RegionTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:trust:RegionTrust", name, {}, opts);
    new core.Secret(
      `${name}-cacerts`,
      {
        metadata: { name: "cacerts", namespace: args.namespace, labels: ownLabels("cacerts") },
        data: secretData(args.intermediate.apply(caSecretFiles)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
