import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { fingerprint, lifetimes } from "../trust/certificates";
import type { GlobalTrustArgs } from "../trust/global";
import { Anchor } from "./anchor";
import { RegionIssuer, type Issuer } from "./issuer";

/** Arguments of {@link LinkerdTrust}: those of Istio's trust, whose lifetimes and list of roots hold here too. */
export interface LinkerdTrustArgs extends GlobalTrustArgs {
  /** First part of every identity. */
  readonly trustDomain: string;
}

/** Trust of a mesh with Linkerd: the anchors, and an issuer for each region. */
export class LinkerdTrust extends pulumi.ComponentResource {
  /** Certificates of all anchors, public. */
  readonly anchors: pulumi.Output<string[]>;
  /** SHA-256 of the anchor that signs. */
  readonly anchorFingerprint: pulumi.Output<string>;
  /** By region; each secret. */
  readonly issuers: Readonly<Record<string, pulumi.Output<Issuer>>>;

  constructor(name: string, args: LinkerdTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:linkerd:LinkerdTrust", name, {}, opts);
    const { meshId, protect, trustDomain } = args;
    const provider = new tls.Provider(`${name}-tls`, {}, { parent: this });
    const child = { parent: this, providers: [provider] };
    const shared = { meshId, protect, lifetimes: lifetimes(args.trust) };
    const anchors = args.trust.roots.map((id) => new Anchor(`anchor-${id}`, { id, ...shared }, child));
    const signer = anchors.find((anchor) => anchor.id === args.trust.signingRoot);
    if (signer === undefined) {
      throw new Error(
        `global-mesh:trust.signingRoot: got "${args.trust.signingRoot}", allowed is one of ` +
          `${args.trust.roots.join(", ")}: add it to global-mesh:trust.roots first`,
      );
    }
    this.issuers = Object.fromEntries(
      args.regions.map((region) => [
        region,
        new RegionIssuer(`issuer-${region}`, { region, trustDomain, signer, anchors, ...shared }, child)
          .issuer,
      ]),
    );
    this.anchors = pulumi.all(anchors.map((anchor) => anchor.certPem));
    this.anchorFingerprint = signer.certPem.apply(fingerprint);
    this.registerOutputs({ anchors: this.anchors, anchorFingerprint: this.anchorFingerprint });
  }
}

/** Linkerd's trust where the mesh is Linkerd's; it stands beside Istio's, which it does not touch. */
export function linkerdTrust(
  args: LinkerdTrustArgs & { readonly meshKind: "istio" | "linkerd" },
): LinkerdTrust | undefined {
  return args.meshKind === "linkerd" ? new LinkerdTrust("linkerd-trust", args) : undefined;
}
