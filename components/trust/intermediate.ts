import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { CA_USES, joinPem, subject, type Intermediate, type Lifetimes } from "./certificates";
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
    const { lifetimes, signer, protect } = args;
    const child = { parent: this, protect };
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P384" }, child);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: subject(`intermediate ${args.region}`, args.meshId),
        // The name that istiod gives itself; it takes exactly one for its own.
        dnsNames: ["istiod.istio-system.svc"],
      },
      child,
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: signer.keyPem,
        caCertPem: signer.certPem,
        isCaCertificate: true,
        // It signs workloads and no further CA: a stolen one makes no hidden CA of its own.
        maxPathLength: 0,
        setSubjectKeyId: true,
        allowedUses: [...CA_USES],
        validityPeriodHours: lifetimes.intermediateHours,
        // A new certificate of the same root is taken by a running istiod without a restart.
        earlyRenewalHours: lifetimes.renewBeforeHours,
      },
      // Renewal is a replacement; nothing depends on the old one, and protection would stop the renewal.
      { parent: this },
    );
    this.intermediate = pulumi.secret(
      pulumi
        .all([certificate.certPem, key.privateKeyPem, signer.certPem, args.roots.map((root) => root.certPem)])
        .apply(([certPem, keyPem, signerPem, roots]) => ({
          certPem,
          keyPem,
          chainPem: joinPem(certPem, signerPem),
          roots,
        })),
    );
    // Not the key: the stack exports it, and each further copy in the state is one more to guard.
    this.registerOutputs({ certPem: certificate.certPem });
  }
}
