import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { fingerprint, lifetimes, type Intermediate, type LifetimeSettings } from "./certificates";
import { RegionIntermediate } from "./intermediate";
import { Root } from "./root";

/** Arguments of {@link GlobalTrust}. */
export interface GlobalTrustArgs {
  readonly meshId: string;
  /** Names of all regions, leaving ones too: they stand and sign until they are destroyed. */
  readonly regions: readonly string[];
  readonly trust: LifetimeSettings & {
    /** Ids of all roots that workloads trust. */
    readonly roots: readonly string[];
    /** Id of the root that signs. */
    readonly signingRoot: string;
  };
  /** Whether the engine refuses to delete trust. */
  readonly protect: boolean;
}

/** Trust of the whole mesh: the roots, and an intermediate for each region. */
export class GlobalTrust extends pulumi.ComponentResource {
  /** Certificates of all roots, public; a list from the first day, so that a rotation replaces nothing. */
  readonly roots: pulumi.Output<string[]>;
  /** SHA-256 of the root that signs. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** By region; each secret. */
  readonly intermediates: Readonly<Record<string, pulumi.Output<Intermediate>>>;

  constructor(name: string, args: GlobalTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:trust:GlobalTrust", name, {}, opts);
    const { meshId, protect } = args;
    const provider = new tls.Provider(`${name}-tls`, {}, { parent: this });
    const child = { parent: this, providers: [provider] };
    const shared = { meshId, protect, lifetimes: lifetimes(args.trust) };
    const roots = args.trust.roots.map((id) => new Root(`root-${id}`, { id, ...shared }, child));
    const signer = roots.find((root) => root.id === args.trust.signingRoot);
    if (signer === undefined) {
      throw new Error(
        `global-mesh:trust.signingRoot: got "${args.trust.signingRoot}", allowed is one of ` +
          `${args.trust.roots.join(", ")}: add it to global-mesh:trust.roots first`,
      );
    }
    this.intermediates = Object.fromEntries(
      args.regions.map((region) => [
        region,
        new RegionIntermediate(`intermediate-${region}`, { region, signer, roots, ...shared }, child)
          .intermediate,
      ]),
    );
    this.roots = pulumi.all(roots.map((root) => root.certPem));
    this.rootFingerprint = signer.certPem.apply(fingerprint);
    this.registerOutputs({ roots: this.roots, rootFingerprint: this.rootFingerprint });
  }
}
