import * as pulumi from "@pulumi/pulumi";
import { rootAuthority } from "../trust/authority";
import type { Lifetimes } from "../trust/certificates";

/** Arguments of {@link Anchor}. */
export interface AnchorArgs {
  /** Id of the anchor in the list of roots, as `r1`. */
  readonly id: string;
  readonly meshId: string;
  readonly lifetimes: Lifetimes;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/**
 * One trust anchor of Linkerd. Istio's root would not do: its key is on the curve P-384, and Linkerd takes P-256
 * only. As a root it is never renewed by itself: proxies read it once, when they start.
 */
export class Anchor extends pulumi.ComponentResource {
  readonly id: string;
  /** Public. */
  readonly certPem: pulumi.Output<string>;
  /** Secret. */
  readonly keyPem: pulumi.Output<string>;

  constructor(name: string, args: AnchorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:linkerd:Anchor", name, {}, opts);
    const { certPem, keyPem } = rootAuthority(
      name,
      { ...args, title: `anchor ${args.id}`, curve: "P256" },
      this,
    );
    this.id = args.id;
    this.certPem = certPem;
    this.keyPem = keyPem;
    this.registerOutputs({ certPem: this.certPem });
  }
}
