import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { CA_USES, subject, type Lifetimes } from "./certificates";

/** Curve of a key; Istio's are P384, Linkerd takes P256 only. */
export type Curve = "P256" | "P384";

/** What a certificate authority is made of, whichever mesh it is for. */
export interface AuthorityArgs {
  /** What it is, in its subject, as in `root r1`. */
  readonly title: string;
  readonly curve: Curve;
  readonly meshId: string;
  readonly lifetimes: Lifetimes;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/** A certificate with its key. */
export interface Authority {
  /** Public. */
  readonly certPem: pulumi.Output<string>;
  /** Secret. */
  readonly keyPem: pulumi.Output<string>;
}

/** One that signs itself, and is never renewed by itself. */
export function rootAuthority(name: string, args: AuthorityArgs, parent: pulumi.Resource): Authority {
  const child = { parent, protect: args.protect };
  const key = privateKey(name, args, child);
  const certificate = new tls.SelfSignedCert(
    `${name}-certificate`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: subject(args.title, args.meshId),
      isCaCertificate: true,
      setSubjectKeyId: true,
      setAuthorityKeyId: true,
      allowedUses: [...CA_USES],
      validityPeriodHours: args.lifetimes.rootHours,
    },
    child,
  );
  return { certPem: certificate.certPem, keyPem: pulumi.secret(key.privateKeyPem) };
}

/** Arguments of {@link regionAuthority}. */
export interface RegionAuthorityArgs extends AuthorityArgs {
  /** The one name that the control plane takes for its own. */
  readonly dnsName: string;
  /** The root that signs. */
  readonly signer: Authority;
}

/** One that a root signs, for the control plane of a region, and that is renewed before it ends. */
export function regionAuthority(name: string, args: RegionAuthorityArgs, parent: pulumi.Resource): Authority {
  const { lifetimes, signer, protect } = args;
  const child = { parent, protect };
  const key = privateKey(name, args, child);
  const request = new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: subject(args.title, args.meshId),
      dnsNames: [args.dnsName],
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
      // A running control plane takes a new certificate of the same root without a restart.
      earlyRenewalHours: lifetimes.renewBeforeHours,
    },
    // Renewal is a replacement; nothing depends on the old one, and protection would stop the renewal.
    { parent },
  );
  return { certPem: certificate.certPem, keyPem: pulumi.secret(key.privateKeyPem) };
}

function privateKey(name: string, { curve }: AuthorityArgs, opts: pulumi.CustomResourceOptions) {
  return new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: curve }, opts);
}
