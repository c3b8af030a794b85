import * as pulumi from "@pulumi/pulumi";
import { issuerName } from "../../linkerd/names";
import { regionAuthority } from "../trust/authority";
import { joinPem, type Lifetimes } from "../trust/certificates";
import type { Anchor } from "./anchor";

/** What a region's control plane signs workload certificates with; the value of the output `issuer-<region>`. */
export interface Issuer {
  readonly certPem: string;
  readonly keyPem: string;
  /** All anchors that workloads trust, in the order of the setting. */
  readonly anchors: readonly string[];
}

/** Arguments of {@link RegionIssuer}. */
export interface RegionIssuerArgs {
  readonly region: string;
  readonly meshId: string;
  readonly trustDomain: string;
  readonly lifetimes: Lifetimes;
  /** The anchor that signs. */
  readonly signer: Anchor;
  /** All anchors that workloads are to trust. */
  readonly anchors: readonly Anchor[];
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/** The CA of one region's Linkerd. */
export class RegionIssuer extends pulumi.ComponentResource {
  /** Secret. */
  readonly issuer: pulumi.Output<Issuer>;

  constructor(name: string, args: RegionIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:linkerd:RegionIssuer", name, {}, opts);
    const { certPem, keyPem } = regionAuthority(
      name,
      {
        ...args,
        title: `issuer ${args.region}`,
        // What Linkerd asks of anchor and issuer; it refuses to start with another curve.
        curve: "P256",
        dnsName: issuerName(args.trustDomain),
      },
      this,
    );
    this.issuer = pulumi.secret(
      pulumi
        .all([certPem, keyPem, args.anchors.map((anchor) => anchor.certPem)])
        .apply(([certPem, keyPem, anchors]) => ({ certPem, keyPem, anchors })),
    );
    // Not the key: the stack exports it, and each further copy in the state is one more to guard.
    this.registerOutputs({ certPem });
  }
}

/** Files of the Secret that the control plane takes its issuer from; the names are those of kubernetes.io/tls. */
export function issuerFiles(issuer: Issuer): Record<string, string> {
  return {
    "ca.crt": joinPem(...issuer.anchors),
    "tls.crt": joinPem(issuer.certPem),
    "tls.key": joinPem(issuer.keyPem),
  };
}
