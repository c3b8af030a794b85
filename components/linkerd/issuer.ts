import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { issuerName } from "../../linkerd/names";
import { CA_USES, joinPem, subject, type Lifetimes } from "../trust/certificates";
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
    const { lifetimes, signer, protect } = args;
    const child = { parent: this, protect };
    // P-256 is what Linkerd asks of anchor and issuer; it refuses to start with another curve.
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, child);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: subject(`issuer ${args.region}`, args.meshId),
        dnsNames: [issuerName(args.trustDomain)],
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
        // A running control plane takes a new issuer of the same anchor from its Secret without a restart.
        earlyRenewalHours: lifetimes.renewBeforeHours,
      },
      // Renewal is a replacement; nothing depends on the old one, and protection would stop the renewal.
      { parent: this },
    );
    this.issuer = pulumi.secret(
      pulumi
        .all([certificate.certPem, key.privateKeyPem, args.anchors.map((anchor) => anchor.certPem)])
        .apply(([certPem, keyPem, anchors]) => ({ certPem, keyPem, anchors })),
    );
    // Not the key: the stack exports it, and each further copy in the state is one more to guard.
    this.registerOutputs({ certPem: certificate.certPem });
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
