import * as pulumi from "@pulumi/pulumi";
import { regionAuthority } from "./authority";
import { joinPem, type Intermediate, type Lifetimes } from "./certificates";
import type { Root } from "./root";

/** Arguments of {@link RegionIntermediate}. */
export interface RegionIntermediateArgs {
  readonly region: string;
  readonly meshId: string;
  readonly lifetimes: Lifetimes;
  /** The root that signs. */
  readonly signer: Root;
  /** All roots that workloads are to trust. */
  readonly roots: readonly Root[];
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/** The CA of one region's istiod. */
export class RegionIntermediate extends pulumi.ComponentResource {
  /** Secret. */
  readonly intermediate: pulumi.Output<Intermediate>;

  constructor(name: string, args: RegionIntermediateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:trust:RegionIntermediate", name, {}, opts);
    const { signer } = args;
    const { certPem, keyPem } = regionAuthority(
      name,
      {
        ...args,
        title: `intermediate ${args.region}`,
        curve: "P384",
        // The name that istiod gives itself; it takes exactly one for its own.
        dnsName: "istiod.istio-system.svc",
      },
      this,
    );
    this.intermediate = pulumi.secret(
      pulumi
        .all([certPem, keyPem, signer.certPem, args.roots.map((root) => root.certPem)])
        .apply(([certPem, keyPem, signerPem, roots]) => ({
          certPem,
          keyPem,
          chainPem: joinPem(certPem, signerPem),
          roots,
        })),
    );
    // Not the key: the stack exports it, and each further copy in the state is one more to guard.
    this.registerOutputs({ certPem });
  }
}
